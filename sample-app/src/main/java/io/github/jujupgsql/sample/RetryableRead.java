package io.github.jujupgsql.sample;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

import org.springframework.dao.TransientDataAccessException;
import org.springframework.resilience.annotation.Retryable;
import org.springframework.transaction.CannotCreateTransactionException;

/**
 * A whole transaction that only reads, and so may be repeated when its server fails under
 * it: each attempt borrows a connection of its own. A write may have been carried out,
 * and is never repeated. Whoever has waited for long already is told rather than made to
 * wait again.
 */
@Target(ElementType.METHOD)
@Retention(RetentionPolicy.RUNTIME)
@Retryable(includes = { TransientDataAccessException.class, CannotCreateTransactionException.class }, maxRetries = 3,
		delay = 20, multiplier = 3, timeout = 5000)
@interface RetryableRead {

}
