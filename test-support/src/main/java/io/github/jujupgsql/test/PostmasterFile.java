package io.github.jujupgsql.test;

import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * What {@code postmaster.pid} says.
 *
 * @param pid the postmaster's process id
 * @param sharedMemoryKey the key of its System V shared memory segment, signed as Linux
 * shows it, or empty
 */
record PostmasterFile(long pid, String sharedMemoryKey) {

	private static final int SHARED_MEMORY_LINE = 6;

	private static final Pattern NUMBER = Pattern.compile("\\d{1,18}");

	/**
	 * Read the lines of the file, as far as they are there yet.
	 * @param lines the lines
	 * @return what they say
	 */
	static Optional<PostmasterFile> parse(List<String> lines) {
		if (lines.isEmpty() || !NUMBER.matcher(lines.get(0).strip()).matches()) {
			return Optional.empty();
		}
		String segment = (lines.size() > SHARED_MEMORY_LINE) ? lines.get(SHARED_MEMORY_LINE).strip() : "";
		String key = segment.split(" ", 2)[0];
		// the server writes it unsigned
		String signedKey = NUMBER.matcher(key).matches() ? Integer.toString((int) Long.parseLong(key)) : "";
		return Optional.of(new PostmasterFile(Long.parseLong(lines.get(0).strip()), signedKey));
	}

}
