package io.github.jujupgsql.relation;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/**
 * Turns the bytes of a relation file into plain data. What begins with <code>{</code> is
 * JSON, for a YAML parser refuses some valid JSON; if it is not valid JSON, it may still
 * be a YAML mapping in flow style, which has to be closed as well and so cannot be JSON
 * that is cut short.
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
		return text.startsWith("{") ? readBraces(text) : YamlDocuments.read(text);
	}

	private static RelationDocument readBraces(String text) {
		try {
			return JsonDocuments.read(text);
		}
		catch (InvalidRelationException notJson) {
			try {
				return YamlDocuments.read(text);
			}
			catch (InvalidRelationException notYamlEither) {
				throw notJson;
			}
		}
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
