package io.github.jujupgsql.campaign;

import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HashSet;
import java.util.Set;

import io.github.jujupgsql.driver.Certificates;
import io.github.jujupgsql.pool.RoleTable;
import io.github.jujupgsql.pool.ServerPool;
import io.github.jujupgsql.test.PgsqlCluster;
import io.github.jujupgsql.test.PgsqlServer;
import io.github.jujupgsql.test.RelationFile;
import io.github.jujupgsql.test.RelationFileForm;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Servers begin to speak TLS, or to show certificates of another authority, and the
 * relation says so by {@code tls} and {@code tls-ca} alone, under load: not one operation
 * fails.
 */
@ExtendWith(OutputCaptureExtension.class)
class TlsSwitchedOnTests {

	@TempDir
	@SuppressWarnings("NullAway.Init")
	static Path certificatesFolder;

	@SuppressWarnings("NullAway.Init")
	private static Certificates certificates;

	@AutoClose
	private final PgsqlCluster cluster = PgsqlCluster.start(2);

	@TempDir
	@SuppressWarnings("NullAway.Init")
	Path folder;

	@SuppressWarnings("NullAway.Init")
	private RelationFile relation;

	@BeforeAll
	static void makeCertificates() {
		certificates = Certificates.create(certificatesFolder);
	}

	@BeforeEach
	void prepare() throws SQLException {
		this.relation = RelationFile.at(this.folder.resolve("relation.json"), this.cluster)
			.form(RelationFileForm.POSTGRESQL_CLIENT);
		Load.createTable(this.cluster);
	}

	@Test
	void nothingFailsWhileTlsIsSwitchedOn() throws Exception {
		this.relation.write();
		campaign((application, load) -> {
			assertThat(encryption()).containsOnly(false);
			Set<ServerPool> before = pools(application.roles());
			showCertificate(Certificates.SERVER);
			trust(Certificates.AUTHORITY);
			awaitOtherPools(application, before);
			load.awaitProgress();
			application.assertOnlyTheCurrentPoolsAreThere(this.cluster.servers());
			assertThat(encryption()).containsOnly(true);
		});
	}

	@Test
	void theFormerPoolsServeUntilTheServersShowCertificatesOfTheNewAuthority(CapturedOutput output) throws Exception {
		showCertificate(Certificates.SERVER);
		trust(Certificates.AUTHORITY);
		campaign((application, load) -> {
			Set<ServerPool> before = pools(application.roles());
			trust(Certificates.OTHER_AUTHORITY);
			for (PgsqlServer server : this.cluster.servers()) {
				await().untilAsserted(() -> assertThat(output)
					.containsPattern(server.address() + " .*so work goes on with those that are open: .*(SSL|PKIX)"));
			}
			load.awaitProgress();
			assertThat(pools(application.roles())).isEqualTo(before);
			showCertificate(Certificates.STRANGER);
			awaitOtherPools(application, before);
			load.awaitProgress();
			assertThat(encryption()).containsOnly(true);
		});
	}

	private void showCertificate(String name) throws GeneralSecurityException {
		this.cluster.tls(certificates.certificatePem(name), certificates.keyPem(name));
	}

	private void trust(String authority) throws GeneralSecurityException {
		this.relation.tls(certificates.certificatePem(authority)).write();
	}

	private void campaign(Change change) throws Exception {
		try (Application application = Application.following(this.relation)) {
			application.awaitReplicas(this.cluster.standbys());
			try (Load load = Load.on(application)) {
				application.awaitFullPools();
				change.make(application, load);
				application.awaitFullPools();
				load.close();
				long now = System.nanoTime();
				assertThat(load.takeHistory()).filteredOn(Operation::failed)
					.extracting((operation) -> operation.relativeTo(now))
					.isEmpty();
				this.cluster.awaitReplayed();
				for (PgsqlServer server : this.cluster.servers()) {
					load.assertNothingLost(server);
				}
			}
			application.assertOnlyTheCurrentPoolsAreThere(this.cluster.servers());
		}
		Application.assertNothingIsThere(this.cluster.servers());
	}

	private void awaitOtherPools(Application application, Set<ServerPool> before) throws InterruptedException {
		application.awaitRoles("all have a role by other pools", (table) -> {
			Set<ServerPool> now = pools(table);
			return now.size() == this.cluster.servers().size() && now.stream().noneMatch(before::contains);
		});
	}

	private static Set<ServerPool> pools(RoleTable table) {
		Set<ServerPool> pools = new HashSet<>(table.replicas());
		if (table.primary() != null) {
			pools.add(table.primary());
		}
		return pools;
	}

	/**
	 * Of each session of the application, whether it is encrypted.
	 */
	private Set<Boolean> encryption() throws SQLException {
		Set<Boolean> encryption = new HashSet<>();
		for (PgsqlServer server : this.cluster.servers()) {
			try (Connection connection = server.superuserConnection();
					Statement statement = connection.createStatement();
					ResultSet result = statement
						.executeQuery("SELECT ssl FROM pg_stat_ssl JOIN pg_stat_activity USING (pid)"
								+ " WHERE starts_with(application_name, '" + Application.NAME + "')")) {
				while (result.next()) {
					encryption.add(result.getBoolean(1));
				}
			}
		}
		return encryption;
	}

	/**
	 * A change of the servers and the relation.
	 */
	private interface Change {

		void make(Application application, Load load) throws Exception;

	}

}
