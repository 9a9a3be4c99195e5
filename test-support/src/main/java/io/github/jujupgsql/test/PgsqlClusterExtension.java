package io.github.jujupgsql.test;

import java.lang.reflect.AnnotatedElement;
import java.util.Optional;

import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolutionException;
import org.junit.jupiter.api.extension.ParameterResolver;
import org.junit.platform.commons.support.AnnotationSupport;

/**
 * Implements {@link PgsqlClusterTest}.
 */
final class PgsqlClusterExtension implements ParameterResolver {

	private static final ExtensionContext.Namespace NAMESPACE = ExtensionContext.Namespace
		.create(PgsqlClusterExtension.class);

	@Override
	public ExtensionContextScope getTestInstantiationExtensionContextScope(ExtensionContext rootContext) {
		// a constructor gets the cluster of the test that the instance is for
		return ExtensionContextScope.TEST_METHOD;
	}

	@Override
	public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
		Class<?> type = parameter.getParameter().getType();
		return type == PgsqlCluster.class || type == RelationFile.class;
	}

	@Override
	public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
		Fixture fixture = fixture(context);
		return (parameter.getParameter().getType() == PgsqlCluster.class) ? fixture.cluster() : fixture.relationFile();
	}

	private static Fixture fixture(ExtensionContext context) {
		ExtensionContext annotated = annotated(context);
		PgsqlClusterTest test = annotation(annotated).orElseThrow();
		ExtensionContext owner = (test.scope() == PgsqlClusterTest.Scope.CLASS) ? annotated : method(context);
		return owner.getStore(NAMESPACE)
			.computeIfAbsent(annotated.getUniqueId(), (key) -> Fixture.start(test), Fixture.class);
	}

	private static ExtensionContext annotated(ExtensionContext context) {
		for (ExtensionContext candidate = context; candidate != null; candidate = candidate.getParent().orElse(null)) {
			if (annotation(candidate).isPresent()) {
				return candidate;
			}
		}
		throw new ParameterResolutionException(
				"A PgsqlCluster or RelationFile is only for classes with @PgsqlClusterTest");
	}

	private static Optional<PgsqlClusterTest> annotation(ExtensionContext context) {
		AnnotatedElement element = context.getElement().orElse(null);
		return (element instanceof Class<?> type) ? AnnotationSupport.findAnnotation(type, PgsqlClusterTest.class)
				: Optional.empty();
	}

	private static ExtensionContext method(ExtensionContext context) {
		if (context.getTestMethod().isEmpty()) {
			throw new ParameterResolutionException("There is no test yet whose cluster it could be:"
					+ " with the scope METHOD, only what runs for one test can ask for it");
		}
		return context;
	}

	/**
	 * What tests get; the store closes it.
	 *
	 * @param cluster the cluster
	 * @param relationFile its relation file
	 */
	private record Fixture(PgsqlCluster cluster, RelationFile relationFile) implements AutoCloseable {

		static Fixture start(PgsqlClusterTest test) {
			PgsqlClusterBuilder builder = PgsqlCluster.builder()
				.standbys(test.standbys())
				.synchronous(test.synchronous())
				.database(test.database())
				.user(test.user());
			for (String setting : test.settings()) {
				String[] nameAndValue = setting.split("=", 2);
				builder.setting(nameAndValue[0].strip(), (nameAndValue.length > 1) ? nameAndValue[1].strip() : "");
			}
			PgsqlCluster cluster = builder.start();
			RelationFile file = RelationFile.of(cluster);
			file.write();
			return new Fixture(cluster, file);
		}

		@Override
		public void close() {
			this.cluster.close();
		}

	}

}
