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
record NewNote(@NotBlank @Size(max = 2000, message = "must hold at most {max} characters") @Pattern(
		regexp = "[^\\u0000\\p{Cs}]*", message = "must hold no NUL and no unpaired surrogate") String text) {
}
