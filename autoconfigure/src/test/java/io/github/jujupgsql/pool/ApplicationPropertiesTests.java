package io.github.jujupgsql.pool;

import java.io.IOException;
import java.net.Socket;
import java.util.Properties;

import com.zaxxer.hikari.HikariConfig;
import io.github.jujupgsql.driver.FenceableSocketFactory;
import io.github.jujupgsql.relation.ConnectionString;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.postgresql.util.PSQLException;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What a server's pool makes of an application's own properties for the driver.
 */
@ExtendWith(OutputCaptureExtension.class)
class ApplicationPropertiesTests {

	private final Properties application = new Properties();

	private final ServerPoolFactory factory = new ServerPoolFactory(() -> {
		HikariConfig config = new HikariConfig();
		config.setConnectionTimeout(1000);
		config.setDataSourceProperties(this.application);
		return config;
	}, "app");

	@Test
	void whenTheStringSaysNothingThenTheDriverGetsTheApplicationsOwn() {
		this.application.put("socketFactory", RefusingSocketFactory.class.getName());
		this.application.put("connectTimeout", 7);
		this.application.put("ApplicationName", "mine");
		connect("host=127.0.0.1,127.0.0.2 user=u");
		assertThat(RefusingSocketFactory.received).containsEntry("connectTimeout", "7")
			.containsEntry("ApplicationName", "mine")
			.containsEntry("PGHOST", "127.0.0.1,127.0.0.2");
	}

	@Test
	void whenBothSayHowToProtectThenTheStrongerCountsAndThatIsToldOncePerPool(CapturedOutput output) {
		this.application.put("socketFactory", RefusingSocketFactory.class.getName());
		this.application.put("sslmode", "verify-full");
		this.application.put("sslrootcert", "/mine.crt");
		this.application.put("channelBinding", "disable");
		connect("host=127.0.0.1 user=u password=s3cret sslmode=verify-ca sslrootcert=/ca.crt channel_binding=require");
		assertThat(RefusingSocketFactory.received).containsEntry("sslmode", "verify-full")
			.containsEntry("sslrootcert", "/mine.crt")
			.containsEntry("channelBinding", "require");
		assertThat(output.getAll().lines().filter((line) -> line.contains("sslmode=verify-full"))).singleElement()
			.asString()
			.contains("INFO", "pgsql-127.0.0.1-5432-u", "channelBinding=require");
		assertThat(output.getAll().lines().filter((line) -> line.contains("sslrootcert"))).singleElement()
			.asString()
			.contains("WARN", "pgsql-127.0.0.1-5432-u");
		assertThat(output).doesNotContain("s3cret");
	}

	@Test
	void whenNobodyDisagreesThenNothingIsTold(CapturedOutput output) {
		this.application.put("socketFactory", RefusingSocketFactory.class.getName());
		this.application.put("sslmode", "verify-full");
		connect("host=127.0.0.1 user=u");
		assertThat(output).doesNotContain("INFO").doesNotContain("WARN");
	}

	private void connect(String string) {
		RefusingSocketFactory.received = new Properties();
		ServerPool pool = this.factory.create(ConnectionString.parse(string), "server", new IgnoringListener());
		pool.probe().close();
		this.factory.release(pool);
	}

	/**
	 * Remembers what it was made with, and has no sockets.
	 */
	public static final class RefusingSocketFactory extends FenceableSocketFactory {

		static Properties received = new Properties();

		/**
		 * Create the factory, as the driver does.
		 * @param properties the driver's properties
		 * @throws PSQLException never
		 */
		public RefusingSocketFactory(Properties properties) throws PSQLException {
			super(properties);
			properties.stringPropertyNames().forEach((name) -> received.put(name, properties.getProperty(name)));
		}

		@Override
		public Socket createSocket() {
			return new Socket() {

				@Override
				public void connect(java.net.SocketAddress endpoint, int timeout) throws IOException {
					throw new IOException("refused");
				}

			};
		}

	}

}
