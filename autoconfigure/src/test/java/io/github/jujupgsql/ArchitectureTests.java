package io.github.jujupgsql;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

import static com.tngtech.archunit.core.domain.JavaAccess.Predicates.targetOwner;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;

/**
 * The rooms of the house, and who may look into which.
 */
class ArchitectureTests {

	private static final JavaClasses classes = new ClassFileImporter()
		.withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
		.importPackages("io.github.jujupgsql");

	@Test
	void dependenciesPointOneWay() {
		layeredArchitecture().consideringOnlyDependenciesInLayers()
			.layer("driver")
			.definedBy("io.github.jujupgsql.driver")
			.layer("relation")
			.definedBy("io.github.jujupgsql.relation")
			.layer("watch")
			.definedBy("io.github.jujupgsql.watch")
			.layer("role")
			.definedBy("io.github.jujupgsql.role")
			.layer("topology")
			.definedBy("io.github.jujupgsql.topology")
			.layer("pool")
			.definedBy("io.github.jujupgsql.pool")
			.layer("datasource")
			.definedBy("io.github.jujupgsql.datasource")
			.layer("dao")
			.definedBy("io.github.jujupgsql.dao")
			.layer("actuate")
			.definedBy("io.github.jujupgsql.actuate")
			.layer("event")
			.definedBy("io.github.jujupgsql.event")
			.layer("autoconfigure")
			.definedBy("io.github.jujupgsql.autoconfigure")
			.whereLayer("autoconfigure")
			.mayNotBeAccessedByAnyLayer()
			.whereLayer("actuate")
			.mayOnlyBeAccessedByLayers("autoconfigure")
			.whereLayer("event")
			.mayOnlyBeAccessedByLayers("autoconfigure")
			.whereLayer("datasource")
			.mayOnlyBeAccessedByLayers("actuate", "autoconfigure")
			.whereLayer("dao")
			.mayOnlyBeAccessedByLayers("autoconfigure")
			.whereLayer("pool")
			.mayOnlyBeAccessedByLayers("datasource", "dao", "topology", "autoconfigure")
			.whereLayer("role")
			.mayOnlyBeAccessedByLayers("pool")
			.whereLayer("topology")
			.mayOnlyBeAccessedByLayers("actuate", "autoconfigure")
			.whereLayer("watch")
			.mayOnlyBeAccessedByLayers("topology", "actuate", "autoconfigure")
			.whereLayer("driver")
			.mayOnlyBeAccessedByLayers("relation", "pool", "autoconfigure")
			.whereLayer("driver")
			.mayNotAccessAnyLayer()
			.check(classes);
	}

	@Test
	void theRelationKnowsNeitherSpringNorPools() {
		noClasses().that()
			.resideInAPackage("io.github.jujupgsql.relation")
			.should()
			.dependOnClassesThat()
			.resideInAnyPackage("org.springframework..", "com.zaxxer..", "javax.sql..", "java.sql..")
			.check(classes);
	}

	@Test
	void theRulesAreButValues() {
		noClasses().that()
			.resideInAPackage("io.github.jujupgsql.role")
			.should()
			.dependOnClassesThat()
			.resideInAnyPackage("org.springframework..", "com.zaxxer..", "javax.sql..", "java.sql..",
					"org.postgresql..", "java.util.concurrent..", "org.apache.commons.logging..")
			.orShould()
			.callMethod(System.class, "nanoTime")
			.check(classes);
	}

	@Test
	void eventsKnowTheRelationAlone() {
		noClasses().that()
			.resideInAPackage("io.github.jujupgsql.event")
			.should()
			.dependOnClassesThat()
			.resideInAnyPackage("io.github.jujupgsql.watch", "io.github.jujupgsql.pool", "io.github.jujupgsql.role",
					"io.github.jujupgsql.datasource", "io.github.jujupgsql.actuate", "com.zaxxer..", "java.sql..",
					"javax.sql..")
			.check(classes);
	}

	@Test
	void whatTheDriverLoadsKnowsNeitherSpringNorPools() {
		noClasses().that()
			.resideInAPackage("io.github.jujupgsql.driver")
			.should()
			.dependOnClassesThat()
			.resideInAnyPackage("org.springframework..", "com.zaxxer..", "javax.sql..")
			.check(classes);
	}

	@Test
	void onlyTheAdapterLooksIntoHikariCP() {
		noClasses().that()
			.haveNameNotMatching("io\\.github\\.jujupgsql\\.pool\\.Hikari\\w+")
			.should()
			.dependOnClassesThat()
			.resideInAnyPackage("com.zaxxer.hikari.pool..", "com.zaxxer.hikari.util..")
			.check(classes);
	}

	@Test
	void theRelationOnlyNamesWhatTheDriverLoads() {
		noClasses().that()
			.resideInAPackage("io.github.jujupgsql.relation")
			.should()
			.accessTargetWhere(targetOwner(resideInAPackage("io.github.jujupgsql.driver")))
			.check(classes);
	}

	@Test
	void theRelationKnowsNothingOfTheDriver() {
		noClasses().that()
			.resideInAPackage("io.github.jujupgsql.relation")
			.should()
			.dependOnClassesThat()
			.resideInAPackage("org.postgresql..")
			.check(classes);
	}

}
