package io.github.jujupgsql.sample;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

import io.github.jujupgsql.datasource.TooManyWaitersException;

import org.springframework.core.annotation.AliasFor;
import org.springframework.dao.TransientDataAccessException;
import org.springframework.resilience.annotation.Retryable;
import org.springframework.transaction.CannotCreateTransactionException;

/**
 * A whole transaction that is repeated when its server fails under it, as long as nothing
 * of it is left there, and for {@code notes.retry-for} at the most. Each attempt borrows
 * a connection of its own.
 * <p>
 * Who is told that too many wait for the primary already is not to wait as well.
 */
@Target(ElementType.METHOD)
@Retention(RetentionPolicy.RUNTIME)
@Retryable(excludes = TooManyWaitersException.class, maxRetries = Integer.MAX_VALUE, delay = 20, multiplier = 2,
		maxDelay = 500, timeoutString = "${notes.retry-for}")
@interface RetryableTransaction {

	/**
	 * What it is repeated after.
	 */
	@AliasFor(annotation = Retryable.class)
	Class<? extends Throwable>[] includes() default { TransientDataAccessException.class,
			CannotCreateTransactionException.class };

}
