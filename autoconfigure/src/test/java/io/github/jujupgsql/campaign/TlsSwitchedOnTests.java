package io.github.jujupgsql.campaign;

import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HashSet;
import java.util.Set;

import io.github.jujupgsql.FollowingApplication;
import io.github.jujupgsql.driver.Certificates;
import io.github.jujupgsql.pool.RoleTable;
import io.github.jujupgsql.pool.ServerPool;
import io.github.jujupgsql.test.PgsqlClusterTest;
import io.github.jujupgsql.test.PgsqlServer;
import io.github.jujupgsql.test.RelationFileForm;
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
@PgsqlClusterTest(standbys = 2, scope = PgsqlClusterTest.Scope.METHOD)
class TlsSwitchedOnTests extends AbstractCampaignTests {

	@TempDir
	@SuppressWarnings("NullAway.Init")
	static Path certificatesFolder;

	@SuppressWarnings("NullAway.Init")
	private static Certificates certificates;

	@BeforeAll
	static void makeCertificates() {
		certificates = Certificates.create(certificatesFolder);
	}

	@BeforeEach
	void writeRelationThatTellsOfTls() {
		relation = relation.form(RelationFileForm.POSTGRESQL_CLIENT);
	}

	@Test
	void nothingFailsWhileTlsIsSwitchedOn() throws Exception {
		relation.write();
		campaign((application, load) -> {
			assertThat(encryption()).containsOnly(false);
			Set<ServerPool> before = pools(application.roles());
			showCertificate(Certificates.SERVER);
			trust(Certificates.AUTHORITY);
			awaitOtherPools(application, before);
			load.awaitProgress();
			OpenResources.assertOnlyTheCurrentPools(application, cluster.servers());
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
			for (PgsqlServer server : cluster.servers()) {
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
		cluster.tls(certificates.certificatePem(name), certificates.keyPem(name));
	}

	private void trust(String authority) throws GeneralSecurityException {
		relation.tls(certificates.certificatePem(authority)).write();
	}

	private static void campaign(Campaign change) throws Exception {
		underLoad((application, load) -> {
			change.run(application, load);
			application.awaitFullPools();
			load.assertNothingFailed();
		});
	}

	private void awaitOtherPools(FollowingApplication application, Set<ServerPool> before) throws InterruptedException {
		application.awaitRoles("all have a role by other pools", (table) -> {
			Set<ServerPool> now = pools(table);
			return now.size() == cluster.servers().size() && now.stream().noneMatch(before::contains);
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
		for (PgsqlServer server : cluster.servers()) {
			try (Connection connection = server.superuserConnection();
					Statement statement = connection.createStatement();
					ResultSet result = statement
						.executeQuery("SELECT ssl FROM pg_stat_ssl JOIN pg_stat_activity USING (pid)"
								+ " WHERE starts_with(application_name, '" + FollowingApplication.NAME + "')")) {
				while (result.next()) {
					encryption.add(result.getBoolean(1));
				}
			}
		}
		return encryption;
	}

}
