package io.github.jujupgsql.sample;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.jspecify.annotations.Nullable;

import org.springframework.http.HttpStatus;
import org.springframework.web.ErrorResponseException;

/**
 * What a client calls a request, so that the request is carried out once however often it
 * is sent.
 *
 * @param value the key, without the quotes of the header field
 */
record IdempotencyKey(String value) {

	/**
	 * The header field of {@code draft-ietf-httpapi-idempotency-key-header}.
	 */
	static final String HEADER = "Idempotency-Key";

	private static final int LONGEST = 200;

	/** A string of RFC 9651, or what most clients send: the key without quotes. */
	private static final Pattern FORM = Pattern
		.compile("\"(?<quoted>(?:[ !#-\\[\\]-~]|\\\\[\"\\\\])+)\"|(?<bare>[!#-+\\--~]+)");

	/**
	 * Read the header field.
	 * @param header its value, if the request has one
	 * @return the key, or {@code null} if there is none
	 * @throws ErrorResponseException if it is none, with the status 400
	 */
	static @Nullable IdempotencyKey parse(@Nullable String header) {
		if (header == null) {
			return null;
		}
		Matcher matcher = FORM.matcher(header.strip());
		if (!matcher.matches() || header.length() > LONGEST) {
			ErrorResponseException problem = new ErrorResponseException(HttpStatus.BAD_REQUEST);
			problem.setDetail(HEADER + " must be a string in quotes, of printable ASCII characters, " + LONGEST
					+ " at the most.");
			throw problem;
		}
		String quoted = matcher.group("quoted");
		return new IdempotencyKey((quoted != null) ? quoted.replaceAll("\\\\(.)", "$1") : matcher.group("bare"));
	}

}
