package io.github.jujupgsql.compatibility.slice;

import io.github.jujupgsql.compatibility.AbstractFailoverTests;
import io.github.jujupgsql.compatibility.Application;
import io.github.jujupgsql.datasource.PrimaryDataSource;
import io.github.jujupgsql.test.PgsqlServer;
import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.data.jpa.test.autoconfigure.DataJpaTest;
import org.springframework.boot.jdbc.test.autoconfigure.AutoConfigureTestDatabase;
import org.springframework.boot.jpa.test.autoconfigure.TestEntityManager;
import org.springframework.test.annotation.DirtiesContext;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;
import org.springframework.transaction.annotation.Propagation;
import org.springframework.transaction.annotation.Transactional;
import org.springframework.transaction.support.TransactionTemplate;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests in the slice {@link DataJpaTest}, whose test database is the relation's.
 */
@DataJpaTest(properties = { "tried=jpa", "spring.jpa.hibernate.ddl-auto=create" })
@AutoConfigureTestDatabase(replace = AutoConfigureTestDatabase.Replace.NONE)
@Transactional(propagation = Propagation.NOT_SUPPORTED)
@DirtiesContext
class DataJpaSliceTests extends AbstractFailoverTests {

	@DynamicPropertySource
	static void relation(DynamicPropertyRegistry registry) {
		relation.write();
		registry.add("juju.pgsql.relation-file", relation::path);
	}

	@Test
	void followsTheRelationThroughAFailover(@Autowired TestEntityManager entities,
			@Autowired TransactionTemplate transactions, @Autowired PrimaryDataSource dataSource) throws Exception {
		transactions.executeWithoutResult((status) -> entities.persist(new Thing("before")));
		PgsqlServer promoted = failOver();
		Object server = transactions.execute((status) -> {
			entities.persist(new Thing("after"));
			return entities.getEntityManager().createNativeQuery(Application.SERVER).getSingleResult();
		});
		assertThat(server).isEqualTo(promoted.address());
		assertThat(ask(promoted, "SELECT string_agg(name, ',' ORDER BY id) FROM thing")).isEqualTo("before,after");
		assertThat(dataSource).isNotNull();
	}

}
