package io.github.jujupgsql.compatibility.jpa;

import io.github.jujupgsql.compatibility.Application;

import org.springframework.data.jpa.repository.JpaRepository;
import org.springframework.data.jpa.repository.Query;
import org.springframework.transaction.annotation.Transactional;

interface Notes extends JpaRepository<Note, Long> {

	@Query(value = Application.SERVER, nativeQuery = true)
	@Transactional
	String server();

}
