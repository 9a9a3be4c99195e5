package io.github.jujupgsql.routing;

import java.util.function.Supplier;

import org.springframework.transaction.annotation.Propagation;
import org.springframework.transaction.annotation.Transactional;

/**
 * Work in transactions, as services declare them.
 */
class Transactions {

	@Transactional
	public <T> T readWrite(Supplier<T> work) {
		return work.get();
	}

	@Transactional(readOnly = true)
	public <T> T readOnly(Supplier<T> work) {
		return work.get();
	}

	@Transactional(propagation = Propagation.REQUIRES_NEW)
	public <T> T newReadWrite(Supplier<T> work) {
		return work.get();
	}

	@Transactional(propagation = Propagation.REQUIRES_NEW, readOnly = true)
	public <T> T newReadOnly(Supplier<T> work) {
		return work.get();
	}

	@Transactional(propagation = Propagation.NESTED)
	public <T> T nested(Supplier<T> work) {
		return work.get();
	}

	@Transactional(propagation = Propagation.NESTED, readOnly = true)
	public <T> T nestedReadOnly(Supplier<T> work) {
		return work.get();
	}

}
