package io.github.jujupgsql.compatibility.clinic;

import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.cache.annotation.EnableCaching;

/**
 * A small application as others write them, which knows nothing of relations.
 */
@SpringBootApplication
@EnableCaching
class ClinicApplication {

}
