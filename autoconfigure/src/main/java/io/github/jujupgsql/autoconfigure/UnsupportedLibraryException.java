package io.github.jujupgsql.autoconfigure;

import java.io.IOException;
import java.net.JarURLConnection;
import java.net.URL;
import java.security.CodeSource;
import java.util.jar.Manifest;

import org.jspecify.annotations.Nullable;

import org.springframework.util.ClassUtils;

/**
 * Says that a library is too old.
 */
class UnsupportedLibraryException extends RuntimeException {

	private final String needed;

	private UnsupportedLibraryException(String found, Class<?> type, String needed, String reason) {
		super(found + " is too old, " + needed + " or later is needed: " + reason + ". It comes from "
				+ location(type));
		this.needed = needed;
	}

	/**
	 * Name a library.
	 * @param name what it is called
	 * @param version the version that was found, or {@code null} to look it up
	 * @param type a class of it
	 * @param needed the oldest version that will do
	 * @param reason why an older one will not
	 * @return the exception
	 */
	static UnsupportedLibraryException of(String name, @Nullable String version, Class<?> type, String needed,
			String reason) {
		String found = (version != null) ? version : version(type);
		return new UnsupportedLibraryException(name + ((found != null) ? " " + found : ""), type, name + " " + needed,
				reason);
	}

	/**
	 * Return what is needed.
	 * @return the name of the library, and the oldest version that will do
	 */
	String getNeeded() {
		return this.needed;
	}

	private static @Nullable String version(Class<?> type) {
		URL url = type.getResource(ClassUtils.getClassFileName(type));
		try {
			if (url != null && url.openConnection() instanceof JarURLConnection connection) {
				Manifest manifest = connection.getManifest();
				return (manifest != null) ? manifest.getMainAttributes().getValue("Bundle-Version") : null;
			}
		}
		catch (IOException ex) {
			// where it comes from says enough
		}
		return null;
	}

	private static String location(Class<?> type) {
		CodeSource source = type.getProtectionDomain().getCodeSource();
		return (source != null) ? String.valueOf(source.getLocation()) : "an unknown place";
	}

}
