package io.github.jujupgsql.relation;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/**
 * Turns the bytes of a relation file into plain data. What begins with <code>{</code> is
 * JSON and nothing else: a YAML parser refuses some valid JSON, and takes some JSON that
 * is cut short.
 */
final class DocumentReader {

	private DocumentReader() {
	}

	static RelationDocument read(byte[] content) {
		if (content.length > RelationReader.MAXIMUM_SIZE) {
			throw new InvalidRelationException(null, "is larger than 1 MiB");
		}
		String text = decode(content).strip();
		if (text.isEmpty()) {
			throw new InvalidRelationException(null, "is empty");
		}
		return text.startsWith("{") ? JsonDocuments.read(text) : YamlDocuments.read(text);
	}

	private static String decode(byte[] content) {
		try {
			String text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(content)).toString();
			return text.startsWith("\uFEFF") ? text.substring(1) : text;
		}
		catch (CharacterCodingException ex) {
			throw new InvalidRelationException(null, "is not UTF-8");
		}
	}

}
