package io.github.jujupgsql.relation;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/**
 * Percent-encoding as libpq 18 reads it: {@code +} is a plus, raw spaces around a part do
 * not count and are refused inside one.
 */
final class PercentCodec {

	private PercentCodec() {
	}

	/**
	 * Decode a part of a URI.
	 * @param text the part as it stands in the URI
	 * @param what how to call the part in a message
	 * @return the decoded text
	 */
	static String decode(String text, String what) {
		byte[] encoded = text.getBytes(StandardCharsets.UTF_8);
		int start = 0;
		int end = encoded.length;
		while (start < end && encoded[start] == ' ') {
			start++;
		}
		while (end > start && encoded[end - 1] == ' ') {
			end--;
		}
		ByteBuffer decoded = ByteBuffer.allocate(end - start);
		for (int i = start; i < end; i++) {
			byte b = encoded[i];
			if (b == ' ') {
				throw new InvalidConnectionStringException("a space inside " + what + "; write it as %20");
			}
			if (b == '%') {
				b = (i + 2 < end) ? hexByte(encoded[i + 1], encoded[i + 2], what) : hexByte((byte) 0, (byte) 0, what);
				i += 2;
			}
			decoded.put(b);
		}
		return utf8(decoded.flip(), what);
	}

	/**
	 * Encode everything but letters, digits, {@code - . _ ~} and the given characters.
	 */
	static String encode(String text, String raw) {
		StringBuilder encoded = new StringBuilder(text.length());
		for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
			if (isUnreserved(b) || raw.indexOf(b) >= 0) {
				encoded.append((char) b);
			}
			else {
				encoded.append('%').append(hexDigit(b >> 4)).append(hexDigit(b));
			}
		}
		return encoded.toString();
	}

	private static byte hexByte(byte high, byte low, String what) {
		int value = (Character.digit(high, 16) << 4) | Character.digit(low, 16);
		if (value < 0) {
			throw new InvalidConnectionStringException(
					"\"%\" without two hexadecimal digits in " + what + "; a percent sign itself is written as %25");
		}
		if (value == 0) {
			throw new InvalidConnectionStringException("%00 in " + what + "; no value can hold a NUL");
		}
		return (byte) value;
	}

	private static String utf8(ByteBuffer bytes, String what) {
		try {
			CharBuffer text = StandardCharsets.UTF_8.newDecoder().decode(bytes);
			return text.toString();
		}
		catch (CharacterCodingException ex) {
			throw new InvalidConnectionStringException(
					"the bytes that percent-encoding gives in " + what + " are not UTF-8; encode its UTF-8 bytes");
		}
	}

	private static boolean isUnreserved(byte b) {
		return (b >= 'a' && b <= 'z') || (b >= 'A' && b <= 'Z') || (b >= '0' && b <= '9') || b == '-' || b == '.'
				|| b == '_' || b == '~';
	}

	private static char hexDigit(int nibble) {
		return Character.toUpperCase(Character.forDigit(nibble & 0xF, 16));
	}

}
