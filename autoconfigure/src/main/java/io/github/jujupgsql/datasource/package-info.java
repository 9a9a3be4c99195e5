/**
 * The two DataSources that an application sees. They stay the same objects and look up
 * who plays which role each time a connection is borrowed: a {@code RoleDataSource} has a
 * {@code Borrower}, and that has a {@code Role}.
 */
@NullMarked
package io.github.jujupgsql.datasource;

import org.jspecify.annotations.NullMarked;
