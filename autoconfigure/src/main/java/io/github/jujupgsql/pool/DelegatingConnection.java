package io.github.jujupgsql.pool;

import java.sql.Array;
import java.sql.Blob;
import java.sql.Clob;
import java.sql.NClob;
import java.sql.SQLClientInfoException;
import java.sql.SQLException;
import java.sql.SQLWarning;
import java.sql.SQLXML;
import java.sql.Savepoint;
import java.sql.Struct;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.Executor;

import org.postgresql.core.BaseConnection;

/**
 * A connection that has the driver's do everything. Each call is a plain one, because
 * borrowing makes several of them. Those that could leave a warning behind are taken note
 * of; to change a setting does not.
 * <p>
 * Belongs to the thread that has borrowed it, as the driver's connection does.
 */
abstract class DelegatingConnection extends StatementSource {

	DelegatingConnection(BaseConnection driver) {
		super(driver);
	}

	@Override
	public String nativeSQL(String sql) throws SQLException {
		return this.driver.nativeSQL(sql);
	}

	@Override
	public boolean getAutoCommit() throws SQLException {
		return this.driver.getAutoCommit();
	}

	@Override
	public void commit() throws SQLException {
		this.driver.commit();
	}

	@Override
	public boolean isReadOnly() throws SQLException {
		return this.driver.isReadOnly();
	}

	@Override
	public String getCatalog() throws SQLException {
		return this.driver.getCatalog();
	}

	@Override
	public int getTransactionIsolation() throws SQLException {
		use();
		return this.driver.getTransactionIsolation();
	}

	@Override
	public SQLWarning getWarnings() throws SQLException {
		return this.driver.getWarnings();
	}

	@Override
	public Map<String, Class<?>> getTypeMap() throws SQLException {
		return this.driver.getTypeMap();
	}

	@Override
	public void setTypeMap(Map<String, Class<?>> map) throws SQLException {
		this.driver.setTypeMap(map);
	}

	@Override
	public void setHoldability(int holdability) throws SQLException {
		this.driver.setHoldability(holdability);
	}

	@Override
	public int getHoldability() throws SQLException {
		return this.driver.getHoldability();
	}

	@Override
	public Savepoint setSavepoint() throws SQLException {
		use();
		return this.driver.setSavepoint();
	}

	@Override
	public Savepoint setSavepoint(String name) throws SQLException {
		use();
		return this.driver.setSavepoint(name);
	}

	@Override
	public void releaseSavepoint(Savepoint savepoint) throws SQLException {
		use();
		this.driver.releaseSavepoint(savepoint);
	}

	@Override
	public Clob createClob() throws SQLException {
		use();
		return this.driver.createClob();
	}

	@Override
	public Blob createBlob() throws SQLException {
		use();
		return this.driver.createBlob();
	}

	@Override
	public NClob createNClob() throws SQLException {
		use();
		return this.driver.createNClob();
	}

	@Override
	public SQLXML createSQLXML() throws SQLException {
		return this.driver.createSQLXML();
	}

	@Override
	public Properties getClientInfo() throws SQLException {
		return this.driver.getClientInfo();
	}

	@Override
	public String getClientInfo(String name) throws SQLException {
		return this.driver.getClientInfo(name);
	}

	@Override
	public Array createArrayOf(String typeName, Object[] elements) throws SQLException {
		use();
		return this.driver.createArrayOf(typeName, elements);
	}

	@Override
	public Struct createStruct(String typeName, Object[] attributes) throws SQLException {
		return this.driver.createStruct(typeName, attributes);
	}

	@Override
	public String getSchema() throws SQLException {
		use();
		return this.driver.getSchema();
	}

	@Override
	public void abort(Executor executor) throws SQLException {
		this.driver.abort(executor);
	}

	@Override
	public int getNetworkTimeout() throws SQLException {
		return this.driver.getNetworkTimeout();
	}

	@Override
	public boolean isClosed() throws SQLException {
		return this.driver.isClosed();
	}

	@Override
	public void setClientInfo(String name, String value) throws SQLClientInfoException {
		use();
		this.driver.setClientInfo(name, value);
	}

	@Override
	public void setClientInfo(Properties properties) throws SQLClientInfoException {
		use();
		this.driver.setClientInfo(properties);
	}

	@Override
	public void rollback(Savepoint savepoint) throws SQLException {
		this.driver.rollback(savepoint);
	}

	@Override
	public void setReadOnly(boolean readOnly) throws SQLException {
		this.driver.setReadOnly(readOnly);
	}

	@Override
	public void setTransactionIsolation(int level) throws SQLException {
		this.driver.setTransactionIsolation(level);
	}

	@Override
	public void setCatalog(String catalog) throws SQLException {
		this.driver.setCatalog(catalog);
	}

	@Override
	public void setSchema(String schema) throws SQLException {
		use();
		this.driver.setSchema(schema);
	}

	@Override
	public void setNetworkTimeout(Executor executor, int milliseconds) throws SQLException {
		this.driver.setNetworkTimeout(executor, milliseconds);
	}

	@Override
	public void rollback() throws SQLException {
		this.driver.rollback();
	}

	@Override
	public void setAutoCommit(boolean autoCommit) throws SQLException {
		this.driver.setAutoCommit(autoCommit);
	}

	@Override
	public void clearWarnings() throws SQLException {
		this.driver.clearWarnings();
	}

	@Override
	public void close() throws SQLException {
		this.driver.close();
	}

	@Override
	public <T> T unwrap(Class<T> type) throws SQLException {
		return type.isInstance(this) ? type.cast(this) : this.driver.unwrap(type);
	}

	@Override
	public boolean isWrapperFor(Class<?> type) throws SQLException {
		return type.isInstance(this) || this.driver.isWrapperFor(type);
	}

	@Override
	public String toString() {
		return this.driver.toString();
	}

}
