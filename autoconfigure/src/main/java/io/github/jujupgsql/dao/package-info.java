/**
 * What has become of work whose connection failed, as Spring's
 * {@link org.springframework.dao.DataAccessException DataAccessExceptions} tell it.
 */
@NullMarked
package io.github.jujupgsql.dao;

import org.jspecify.annotations.NullMarked;
