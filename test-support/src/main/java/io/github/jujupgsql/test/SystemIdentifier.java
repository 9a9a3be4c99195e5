package io.github.jujupgsql.test;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Stream;
import java.util.zip.CRC32C;

/**
 * What tells a cluster from every other. Data that is copied has that of the original,
 * and {@code pg_resetwal}, which could change it, is not among the artifacts. So it is
 * written where PostgreSQL has it: at the beginning of {@code pg_control}, whose checksum
 * follows its content, and in the first header of each WAL file.
 */
final class SystemIdentifier {

	/** The checksum's place depends on the version; it is not before this. */
	private static final int LEAST_CONTENT = 128;

	/** Where it stands in {@code XLogLongPageHeaderData}. */
	private static final int PLACE_IN_WAL = 24;

	private static final int SEGMENT_NAME_LENGTH = 24;

	private SystemIdentifier() {
	}

	/**
	 * Give a data folder whose server does not run an identifier of its own.
	 * @param data the folder
	 */
	static void renew(Path data) throws IOException {
		long identifier = ThreadLocalRandom.current().nextLong(Long.MAX_VALUE);
		Path control = data.resolve("global/pg_control");
		ByteBuffer content = ByteBuffer.wrap(Files.readAllBytes(control)).order(ByteOrder.nativeOrder());
		int checksum = placeOfChecksum(content);
		content.putLong(0, identifier);
		content.putInt(checksum, checksum(content, checksum));
		Files.write(control, content.array(), StandardOpenOption.WRITE);
		for (Path segment : segments(data.resolve("pg_wal"))) {
			try (FileChannel file = FileChannel.open(segment, StandardOpenOption.WRITE)) {
				file.write(ByteBuffer.allocate(Long.BYTES).order(ByteOrder.nativeOrder()).putLong(0, identifier),
						PLACE_IN_WAL);
			}
		}
	}

	private static int placeOfChecksum(ByteBuffer control) {
		for (int place = LEAST_CONTENT; place < control.capacity() - Integer.BYTES; place += Integer.BYTES) {
			if (checksum(control, place) == control.getInt(place)) {
				return place;
			}
		}
		throw new IllegalStateException("There is no checksum in pg_control");
	}

	private static int checksum(ByteBuffer control, int length) {
		CRC32C checksum = new CRC32C();
		checksum.update(control.array(), 0, length);
		return (int) checksum.getValue();
	}

	private static List<Path> segments(Path wal) throws IOException {
		try (Stream<Path> files = Files.list(wal)) {
			return files.filter((file) -> file.getFileName().toString().length() == SEGMENT_NAME_LENGTH).toList();
		}
	}

}
