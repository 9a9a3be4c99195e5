package io.github.jujupgsql.test;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Gives the tests of a class (JUnit Jupiter) a {@link PgsqlCluster}, and a
 * {@link RelationFile} that already says what the cluster is. Constructors, tests and
 * lifecycle methods ask for them by a parameter; the first to ask starts the cluster.
 * Both are gone when the tests are over.
 * <p>
 * The tests of a class, nested ones included, share one cluster, and see what earlier
 * ones did to it: a promotion, a server that was crashed. Where that matters,
 * {@link Scope#METHOD} gives every test its own.
 *
 * @since 0.1.0
 */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@Inherited
@Documented
@ExtendWith(PgsqlClusterExtension.class)
public @interface PgsqlClusterTest {

	/**
	 * How many standbys there are at first.
	 * @return 0 or more
	 */
	int standbys() default 1;

	/**
	 * Return whether commits wait for a standby.
	 * @return whether replication is synchronous
	 */
	boolean synchronous() default false;

	/**
	 * The application's database.
	 * @return the name
	 */
	String database() default "notes";

	/**
	 * The application's user.
	 * @return the name
	 */
	String user() default "juju_notes";

	/**
	 * Settings of all servers, as in {@code postgresql.conf}.
	 * @return for example {@code max_connections=20}
	 */
	String[] settings() default {};

	/**
	 * Who shares a cluster.
	 * @return the scope
	 */
	Scope scope() default Scope.CLASS;

	/**
	 * Who shares a cluster.
	 *
	 * @since 0.1.0
	 */
	enum Scope {

		/**
		 * All tests of the class.
		 */
		CLASS,

		/**
		 * Nobody: every test has its own. Not for {@code @BeforeAll}, {@code @AfterAll},
		 * and constructors of classes whose instance all tests share.
		 */
		METHOD

	}

}
