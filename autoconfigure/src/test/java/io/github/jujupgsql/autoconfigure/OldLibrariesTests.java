package io.github.jujupgsql.autoconfigure;

import java.io.IOException;
import java.lang.reflect.Executable;
import java.lang.reflect.Method;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.Stream;

import com.tngtech.archunit.core.domain.AccessTarget.CodeUnitAccessTarget;
import com.tngtech.archunit.core.domain.AccessTarget.ConstructorCallTarget;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaCodeUnitAccess;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import io.micrometer.core.instrument.MeterRegistry;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests with libraries that an application may have pinned to a version that is too old,
 * each in a JVM of its own.
 */
@Tag("compatibility")
class OldLibrariesTests {

	private static final Path LIBRARIES = Path.of("target", "libraries");

	@TempDir
	@SuppressWarnings("NullAway.Init")
	Path folder;

	@ParameterizedTest
	@ValueSource(strings = { "5.1.0", "6.0.0" })
	void whenHikariIsTooOldThenTheStartFailsAndSaysWhichIsNeeded(String version) throws Exception {
		assertThat(start(replace("hikari-" + version, (jar) -> jar.startsWith("HikariCP-")), relationFile()))
			.contains("APPLICATION FAILED TO START", "HikariCP " + version, "HikariCP-" + version + ".jar", "6.2.0")
			.doesNotContain("NoSuchMethodError", "It has started");
	}

	@Test
	void whenHikariIsJustNewEnoughThenTheApplicationStarts() throws Exception {
		assertThat(start(replace("hikari-6.2.0", (jar) -> jar.startsWith("HikariCP-")), relationFile()))
			.contains("It has started");
	}

	@Test
	void whenTheDriverIsTooOldThenTheStartFailsAndSaysWhichIsNeeded() throws Exception {
		assertThat(start(replace("driver-42.7.10", (jar) -> jar.startsWith("postgresql-")), relationFile()))
			.contains("APPLICATION FAILED TO START", "PostgreSQL JDBC driver 42.7.10", "postgresql-42.7.10.jar",
					"requireAuth", "42.7.11")
			.doesNotContain("It has started");
	}

	@Test
	void whenTheDriverIsJustNewEnoughThenTheApplicationStarts() throws Exception {
		assertThat(start(replace("driver-42.7.11", (jar) -> jar.startsWith("postgresql-")), relationFile()))
			.contains("It has started");
	}

	@Test
	void whenSpringBootIsTooOldThenTheStartFailsAndSaysWhichIsNeeded() throws Exception {
		assertThat(start(replace("boot-3.5.8", (jar) -> jar.startsWith("spring-")), relationFile()))
			.contains("APPLICATION FAILED TO START", "Spring Boot 3.5.8", "spring-boot-3.5.8.jar", "4.0")
			.doesNotContain("NoClassDefFoundError", "It has started");
	}

	@Test
	void whenSpringBootIsTooOldButThereIsNoRelationThenTheApplicationStarts() throws Exception {
		assertThat(start(replace("boot-3.5.8", (jar) -> jar.startsWith("spring-")))).contains("It has started");
	}

	@Test
	void theOldestHikariThatIsLetInHasAllThatIsUsedOfIt() throws Exception {
		JavaClasses classes = new ClassFileImporter().withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
			.importPackages("io.github.jujupgsql");
		assertThat(missing(classes, "hikari-5.1.0")).isNotEmpty();
		assertThat(missing(classes, "hikari-6.2.0")).isEmpty();
	}

	/**
	 * Return what this project's classes use of HikariCP and one version of it does not
	 * have.
	 */
	private static List<String> missing(JavaClasses classes, String hikari) throws Exception {
		Set<String> missing = new TreeSet<>();
		try (URLClassLoader loader = new URLClassLoader(urls(jars(hikari)), MeterRegistry.class.getClassLoader()) {

			@Override
			protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
				return name.startsWith("com.zaxxer.hikari.") ? findLoadedOrOwn(name) : super.loadClass(name, resolve);
			}

			private Class<?> findLoadedOrOwn(String name) throws ClassNotFoundException {
				Class<?> loaded = findLoadedClass(name);
				return (loaded != null) ? loaded : findClass(name);
			}

		}) {
			for (JavaClass type : classes) {
				type.getCodeUnitCallsFromSelf()
					.stream()
					.map(JavaCodeUnitAccess::getTarget)
					.filter((target) -> target.getOwner().getPackageName().startsWith("com.zaxxer.hikari"))
					.filter((target) -> !exists(target, loader))
					.forEach((target) -> missing.add(target.getFullName()));
			}
		}
		return List.copyOf(missing);
	}

	private static boolean exists(CodeUnitAccessTarget target, ClassLoader loader) {
		try {
			Class<?> owner = loader.loadClass(target.getOwner().getName());
			List<String> parameters = target.getRawParameterTypes().stream().map(JavaClass::getName).toList();
			Stream<? extends Executable> candidates = target instanceof ConstructorCallTarget
					? Stream.of(owner.getConstructors()) : Stream.of(owner.getMethods()).filter(named(target));
			return candidates.anyMatch((candidate) -> Stream.of(candidate.getParameterTypes())
				.map(Class::getName)
				.toList()
				.equals(parameters));
		}
		catch (ClassNotFoundException ex) {
			return false;
		}
	}

	private static Predicate<Method> named(CodeUnitAccessTarget target) {
		return (method) -> method.getName().equals(target.getName());
	}

	private static URL[] urls(List<String> jars) throws IOException {
		List<URL> urls = new ArrayList<>();
		for (String jar : jars) {
			urls.add(Path.of(jar).toUri().toURL());
		}
		return urls.toArray(URL[]::new);
	}

	private String relationFile() {
		return "--juju.pgsql.relation-file=" + this.folder.resolve("relation.json");
	}

	/**
	 * Return the class path of the tests with other jars instead of some.
	 */
	private static List<String> replace(String others, Predicate<String> replaced) throws IOException {
		List<String> path = new ArrayList<>(jars(others));
		path.addAll(ForkedProgram.classPath(replaced.negate()));
		return path;
	}

	private static List<String> jars(String folder) throws IOException {
		try (Stream<Path> jars = Files.list(LIBRARIES.resolve(folder))) {
			return jars.map(Path::toString).filter((jar) -> jar.endsWith(".jar")).toList();
		}
	}

	private String start(List<String> classPath, String... arguments) throws Exception {
		return new ForkedProgram(this.folder, classPath).run(OldLibrariesProgram.class, arguments);
	}

}
