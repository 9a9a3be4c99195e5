package io.github.jujupgsql.sample;

import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.Pattern;
import jakarta.validation.constraints.Size;

/**
 * What a client sends to have a note stored.
 *
 * @param text the text. PostgreSQL stores neither the character NUL nor half of a
 * surrogate pair, both of which JSON can express.
 */
record NewNote(@NotBlank @Size(max = 2000, message = NewNote.TOO_LONG) @Pattern(regexp = NewNote.STORABLE,
		message = NewNote.NOT_STORABLE) String text) {

	static final String STORABLE = "[^\\u0000\\p{Cs}]*";

	static final String NOT_STORABLE = "must hold no NUL and no unpaired surrogate";

	static final String TOO_LONG = "must hold at most {max} characters";

}
