package io.github.jujupgsql.datasource;

import java.io.IOException;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;

import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.web.filter.OncePerRequestFilter;

/**
 * Makes each HTTP request a {@link ReadYourWrites scope}, from the first thread that
 * serves it to the last.
 *
 * @since 0.1.0
 */
@Order(Ordered.HIGHEST_PRECEDENCE + 100)
public final class ReadYourWritesFilter extends OncePerRequestFilter {

	private static final String SCOPE = ReadYourWritesFilter.class.getName() + ".SCOPE";

	@Override
	protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
			throws ServletException, IOException {
		try (ReadYourWrites.Scope scope = scopeOf(request)) {
			request.setAttribute(SCOPE, scope);
			chain.doFilter(request, response);
		}
	}

	private static ReadYourWrites.Scope scopeOf(HttpServletRequest request) {
		return (request.getAttribute(SCOPE) instanceof ReadYourWrites.Scope known) ? known.join()
				: ReadYourWrites.open();
	}

	@Override
	protected boolean shouldNotFilterAsyncDispatch() {
		return false;
	}

	@Override
	protected boolean shouldNotFilterErrorDispatch() {
		return false;
	}

}
