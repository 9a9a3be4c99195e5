package io.github.jujupgsql.standin;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;

import io.github.jujupgsql.standin.StandInServer.Refusal;
import org.jspecify.annotations.Nullable;

/**
 * One client of a {@link StandInServer}. See
 * <a href= "https://www.postgresql.org/docs/18/protocol-message-formats.html">Message
 * Formats</a>.
 */
final class StandInSession implements Runnable {

	private static final int SSL_REQUEST = 80877103;

	private static final int GSS_REQUEST = 80877104;

	private static final int CANCEL_REQUEST = 80877102;

	private static final int TEXT = 25;

	private static final int INT8 = 20;

	private static final String ISOLATION = "TRANSACTION ISOLATION LEVEL";

	/** What needs a snapshot. */
	private static final Set<String> READING = Set.of("SELECT", "INSERT");

	private static final AtomicInteger numbers = new AtomicInteger();

	private final StandInServer server;

	private final Socket socket;

	private final int number = numbers.incrementAndGet();

	private final Map<String, String> startup = new HashMap<>();

	private final Map<String, String> prepared = new HashMap<>();

	private final Map<String, String> told = new HashMap<>();

	private final Map<String, String> settings = new HashMap<>();

	private volatile boolean loggedIn;

	private volatile @Nullable DataOutputStream out;

	private char transaction = 'I';

	private boolean begunInRecovery;

	private boolean readOnly;

	private boolean skipping;

	private String portal = "";

	/** Whether all columns are wanted as the server holds them. */
	private boolean binary;

	StandInSession(StandInServer server, Socket socket) {
		this.server = server;
		this.socket = socket;
	}

	int number() {
		return this.number;
	}

	String user() {
		return this.startup.getOrDefault("user", "");
	}

	String database() {
		return this.startup.getOrDefault("database", "");
	}

	boolean isLoggedIn() {
		return this.loggedIn;
	}

	void end() {
		this.loggedIn = false;
		this.server.ended(this);
		try {
			// as the kernel does when a process dies with input unread
			this.socket.setSoLinger(true, 0);
			this.socket.close();
		}
		catch (IOException ex) {
			// ended already
		}
	}

	void terminate() {
		try {
			DataOutputStream stream = this.out;
			if (stream != null) {
				synchronized (stream) {
					error(new Refusal("57P01", "terminating connection due to administrator command"), "FATAL");
					stream.flush();
				}
			}
		}
		catch (IOException ex) {
			// gone already
		}
		end();
	}

	@Override
	public void run() {
		try {
			DataInputStream in = new DataInputStream(new BufferedInputStream(this.socket.getInputStream()));
			DataOutputStream stream = new DataOutputStream(new BufferedOutputStream(this.socket.getOutputStream()));
			this.out = stream;
			if (login(in, stream)) {
				serve(in, stream);
			}
		}
		catch (IOException ex) {
			// the client has gone, or the server
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
		finally {
			end();
		}
	}

	private boolean login(DataInputStream in, DataOutputStream stream) throws IOException, InterruptedException {
		while (true) {
			byte[] packet = new byte[in.readInt() - 4];
			in.readFully(packet);
			DataInputStream content = stream(packet);
			int code = content.readInt();
			this.server.awaitThaw();
			if (code == CANCEL_REQUEST) {
				return false;
			}
			if (code == SSL_REQUEST || code == GSS_REQUEST) {
				stream.write('N');
				stream.flush();
			}
			else {
				for (String name = text(content); !name.isEmpty(); name = text(content)) {
					this.startup.put(name, text(content));
				}
				return letIn(stream);
			}
		}
	}

	private boolean letIn(DataOutputStream stream) throws IOException, InterruptedException {
		this.server.awaitLogin();
		this.server.awaitThaw();
		Refusal refusal = this.server.loginRefusal();
		if (refusal != null) {
			error(refusal, "FATAL");
			stream.flush();
			return false;
		}
		this.readOnly = this.server.isReadOnlyByDefault();
		this.begunInRecovery = this.server.isInRecovery();
		send('R', (message) -> message.writeInt(0));
		tell("server_version", "18.0");
		tell("server_encoding", "UTF8");
		tell("client_encoding", "UTF8");
		tell("DateStyle", "ISO, MDY");
		tell("integer_datetimes", "on");
		tell("standard_conforming_strings", "on");
		tell("TimeZone", "UTC");
		tellState();
		send('K', (message) -> {
			message.writeInt(this.number);
			message.writeInt(this.number);
		});
		this.loggedIn = true;
		ready(stream);
		return true;
	}

	private void serve(DataInputStream in, DataOutputStream stream) throws IOException, InterruptedException {
		for (int type = in.read(); type >= 0 && type != 'X'; type = in.read()) {
			byte[] message = new byte[in.readInt() - 4];
			in.readFully(message);
			if (this.skipping && type != 'S') {
				continue;
			}
			DataInputStream content = stream(message);
			switch (type) {
				case 'Q' -> {
					String sql = text(content);
					execute(sql, true);
					ready(stream);
				}
				case 'P' -> {
					this.prepared.put(text(content), text(content));
					send('1', null);
				}
				case 'B' -> {
					text(content);
					this.portal = this.prepared.getOrDefault(text(content), "");
					this.binary = isBinaryWanted(content);
					send('2', null);
				}
				case 'D' -> {
					String sql = (content.read() == 'S') ? this.prepared.getOrDefault(text(content), "") : this.portal;
					describe(columns(sql));
				}
				case 'E' -> execute(this.portal, false);
				case 'C' -> send('3', null);
				case 'S' -> {
					this.skipping = false;
					ready(stream);
				}
				default -> stream.flush();
			}
		}
	}

	private void execute(String sql, boolean describe) throws IOException, InterruptedException {
		this.server.executed(sql, this);
		this.server.awaitAnswer(sql);
		Refusal refusal = this.server.refusal(sql);
		String verb = sql.strip().split("\\s+", 2)[0].toUpperCase(Locale.ROOT);
		boolean readOnly = isInRecovery() || isReadOnlyByDefault().equals("on");
		if (refusal == null && readOnly && (verb.equals("INSERT") || verb.equals("CREATE"))) {
			refusal = new Refusal("25006", "cannot execute " + verb + " in a read-only transaction");
		}
		if (refusal == null && this.server.isInRecovery() && isSerializable() && READING.contains(verb)) {
			refusal = new Refusal("0A000", "cannot use serializable mode in a hot standby");
		}
		if (refusal != null) {
			error(refusal, "ERROR");
			this.transaction = (this.transaction == 'T') ? 'E' : this.transaction;
			this.skipping = !describe;
			return;
		}
		switch (verb) {
			case "BEGIN" -> this.transaction = 'T';
			case "COMMIT", "ROLLBACK" -> this.transaction = 'I';
			case "SET" -> set(sql);
			default -> {
			}
		}
		List<String> row = columns(sql);
		if (!row.isEmpty()) {
			if (describe) {
				describe(row);
			}
			send('D', (message) -> {
				message.writeShort(row.size());
				for (String value : row) {
					boolean eightBytes = this.binary && !describe && isNumber(value);
					byte[] bytes = eightBytes ? ByteBuffer.allocate(8).putLong(Long.parseLong(value)).array()
							: value.getBytes(StandardCharsets.UTF_8);
					message.writeInt(bytes.length);
					message.write(bytes);
				}
			});
		}
		send('C', (message) -> text(message, verb.equals("INSERT") ? "INSERT 0 1" : verb));
	}

	private boolean isInRecovery() {
		return this.server.isSeveralServers() ? this.begunInRecovery : this.server.isInRecovery();
	}

	private String isReadOnlyByDefault() {
		return this.settings.getOrDefault("default_transaction_read_only", this.readOnly ? "on" : "off");
	}

	private boolean isSerializable() {
		return this.settings.getOrDefault(ISOLATION, "").equals("SERIALIZABLE");
	}

	private void set(String sql) {
		if (sql.contains(ISOLATION)) {
			this.settings.put(ISOLATION, sql.substring(sql.indexOf(ISOLATION) + ISOLATION.length()).strip());
			return;
		}
		String[] setting = sql.strip().replaceFirst("(?i)^SET\\s+(SESSION\\s+)?", "").split("\\s*(=|TO)\\s*", 2);
		if (setting.length == 2) {
			this.settings.put(setting[0].toLowerCase(Locale.ROOT), setting[1].replace("'", ""));
		}
	}

	private static boolean isNumber(String value) {
		return value.matches("-?\\d{1,18}");
	}

	/**
	 * The driver wants all columns in the one format, or those that are numbers in the
	 * other.
	 */
	private static boolean isBinaryWanted(DataInputStream bind) throws IOException {
		bind.skipBytes(2 * bind.readShort());
		for (int parameters = bind.readShort(); parameters > 0; parameters--) {
			bind.skipBytes(Math.max(0, bind.readInt()));
		}
		boolean binary = false;
		for (int formats = bind.readShort(); formats > 0; formats--) {
			binary |= bind.readShort() == 1;
		}
		return binary;
	}

	/**
	 * The one row of a query; nothing if it is none. Every value is a number or text: the
	 * driver does not mind.
	 */
	private List<String> columns(String sql) {
		List<String> told = this.server.answer(sql);
		if (told != null) {
			return told;
		}
		String query = sql.strip();
		if (!query.regionMatches(true, 0, "SELECT", 0, 6) && !query.regionMatches(true, 0, "SHOW", 0, 4)) {
			return List.of();
		}
		List<String> row = new ArrayList<>();
		for (String expression : expressions(query)) {
			row.add(value(expression));
		}
		return row;
	}

	private String value(String expression) {
		if (expression.matches("(SELECT )?(pg_catalog\\.)?pg_is_in_recovery\\(\\)")) {
			return isInRecovery() ? "t" : "f";
		}
		if (expression.endsWith("current_setting('default_transaction_read_only')")) {
			return isReadOnlyByDefault();
		}
		if (expression.contains("hashtextextended")) {
			return Integer.toString(this.settings.hashCode());
		}
		if (expression.matches(".*\\bpg_backend_pid\\(\\)")) {
			return Integer.toString(this.number);
		}
		if (expression.contains("pg_catalog.int8")) {
			return "0";
		}
		return expression.matches("(SELECT )?\\d+") ? expression.replaceAll("\\D", "") : "";
	}

	/**
	 * What stands between the commas of a select list.
	 */
	private static List<String> expressions(String query) {
		List<String> expressions = new ArrayList<>();
		int depth = 0;
		int begin = 0;
		int end = query.length();
		for (int i = 0; i < query.length(); i++) {
			char c = query.charAt(i);
			depth += (c == '(') ? 1 : 0;
			depth -= (c == ')') ? 1 : 0;
			if (depth == 0 && query.regionMatches(true, i, " FROM ", 0, 6)) {
				end = i;
				break;
			}
			if (depth == 0 && c == ',') {
				expressions.add(query.substring(begin, i).strip());
				begin = i + 1;
			}
		}
		expressions.add(query.substring(begin, end).strip());
		return expressions;
	}

	private void describe(List<String> row) throws IOException {
		if (row.isEmpty()) {
			send('n', null);
			return;
		}
		send('T', (message) -> {
			message.writeShort(row.size());
			for (int i = 0; i < row.size(); i++) {
				text(message, "column" + i);
				message.writeInt(0);
				message.writeShort(0);
				message.writeInt(isNumber(row.get(i)) ? INT8 : TEXT);
				message.writeShort(-1);
				message.writeInt(-1);
				message.writeShort(0);
			}
		});
	}

	private void ready(DataOutputStream stream) throws IOException {
		tellState();
		send('Z', (message) -> message.write(this.transaction));
		stream.flush();
	}

	private void tellState() throws IOException {
		tell("in_hot_standby", (isInRecovery() && !this.server.tellsNotInRecovery()) ? "on" : "off");
		tell("default_transaction_read_only", isReadOnlyByDefault());
	}

	/**
	 * As PostgreSQL does: once, and again whenever it has changed.
	 */
	private void tell(String parameter, String value) throws IOException {
		if (!value.equals(this.told.put(parameter, value))) {
			send('S', (message) -> {
				text(message, parameter);
				text(message, value);
			});
		}
	}

	private void error(Refusal refusal, String severity) throws IOException {
		send('E', (message) -> {
			text(message, "S" + severity);
			text(message, "V" + severity);
			text(message, "C" + refusal.sqlState());
			text(message, "M" + refusal.message());
			message.write(0);
		});
	}

	private void send(char type, @Nullable Content content) throws IOException {
		ByteArrayOutputStream bytes = new ByteArrayOutputStream();
		if (content != null) {
			content.write(new DataOutputStream(bytes));
		}
		DataOutputStream stream = this.out;
		if (stream != null) {
			synchronized (stream) {
				stream.write(type);
				stream.writeInt(bytes.size() + 4);
				bytes.writeTo(stream);
			}
		}
	}

	private static DataInputStream stream(byte[] bytes) {
		return new DataInputStream(new java.io.ByteArrayInputStream(bytes));
	}

	private static String text(DataInputStream stream) throws IOException {
		ByteArrayOutputStream text = new ByteArrayOutputStream();
		for (int b = stream.read(); b > 0; b = stream.read()) {
			text.write(b);
		}
		return text.toString(StandardCharsets.UTF_8);
	}

	private static void text(DataOutputStream stream, String text) throws IOException {
		stream.write(text.getBytes(StandardCharsets.UTF_8));
		stream.write(0);
	}

	/**
	 * Writes what is in a message.
	 */
	private interface Content {

		void write(DataOutputStream message) throws IOException;

	}

}
