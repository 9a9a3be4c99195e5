package io.github.jujupgsql.autoconfigure;

import java.util.List;
import java.util.stream.Collectors;

import org.jspecify.annotations.Nullable;

import org.springframework.boot.origin.Origin;

/**
 * Says that the application sets, for the pools, what the relation says already.
 */
class OverridingPropertyException extends RuntimeException {

	private final List<Override> overrides;

	OverridingPropertyException(List<Override> overrides) {
		super(overrides.stream().map(Override::toString).collect(Collectors.joining("; ")));
		this.overrides = List.copyOf(overrides);
	}

	List<Override> getOverrides() {
		return this.overrides;
	}

	/**
	 * A property that is set, without its value, which may be a password.
	 *
	 * @param name the name of the property
	 * @param origin where it is set, or {@code null} if that is not known
	 * @param says what it says
	 */
	record Override(String name, @Nullable Origin origin, String says) {

		@java.lang.Override
		public String toString() {
			return "'" + this.name + "'" + ((this.origin != null) ? " (from " + this.origin + ")" : "") + " says "
					+ this.says;
		}

	}

}
