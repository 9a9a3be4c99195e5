package io.github.jujupgsql.compatibility.clinic;

import org.springframework.data.jpa.repository.JpaRepository;

interface Owners extends JpaRepository<Owner, Long> {

}
