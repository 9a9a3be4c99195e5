package io.github.jujupgsql.sample;

import java.util.Map;

import io.swagger.v3.oas.models.OpenAPI;
import io.swagger.v3.oas.models.Operation;
import io.swagger.v3.oas.models.headers.Header;
import io.swagger.v3.oas.models.info.Info;
import io.swagger.v3.oas.models.media.Content;
import io.swagger.v3.oas.models.media.IntegerSchema;
import io.swagger.v3.oas.models.media.MediaType;
import io.swagger.v3.oas.models.media.Schema;
import io.swagger.v3.oas.models.media.StringSchema;
import io.swagger.v3.oas.models.parameters.Parameter;
import io.swagger.v3.oas.models.responses.ApiResponse;
import org.springdoc.core.customizers.OpenApiCustomizer;

import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/**
 * What the OpenAPI description says beyond what can be seen of {@link NoteController}.
 */
@Configuration(proxyBeanMethods = false)
class ApiDescription {

	private static final Map<String, String> OPERATIONS = Map.of("add", "Store a note", "newest",
			"List notes, the newest first", "find", "Read a note", "count", "Count the notes");

	private static final Map<String, String> PARAMETERS = Map.of("limit", "How many", "before",
			"Only notes older than the one with this id", "q", "Only notes with these words; \"a phrase\", or, -not",
			IdempotencyKey.HEADER,
			"What the client calls the request: however often it is sent under one key, the note is stored once", "id",
			"The note's id");

	private static final String PROBLEM = "Problem";

	@Bean
	OpenApiCustomizer description() {
		return ApiDescription::complete;
	}

	private static void complete(OpenAPI api) {
		api.info(new Info().title("Notes")
			.version("1")
			.description("Notes that are written to the primary and read from the replicas of a relation."));
		api.getComponents().addSchemas(PROBLEM, problemSchema());
		api.getPaths()
			.values()
			.stream()
			.flatMap((path) -> path.readOperations().stream())
			.forEach(ApiDescription::describe);
	}

	private static void describe(Operation operation) {
		operation.summary(OPERATIONS.get(operation.getOperationId()));
		if (operation.getParameters() != null) {
			operation.getParameters().forEach(ApiDescription::describe);
		}
		var responses = operation.getResponses();
		responses.addApiResponse("400", new ApiResponse().description("The request is not what it should be."));
		responses.addApiResponse("503", new ApiResponse().description("The database is not available at the moment.")
			.addHeaderObject("Retry-After", header("After how many seconds to try again")));
		switch (operation.getOperationId()) {
			case "add" -> responses.addApiResponse("422",
					new ApiResponse().description("Another note has been stored under this key."));
			case "find" -> responses.addApiResponse("404",
					new ApiResponse().description("There is none, or not yet on the replica that was asked."));
			default -> {
			}
		}
		responses.forEach((status, response) -> {
			if (status.startsWith("2")) {
				describeSuccess(operation.getOperationId(), response);
			}
			else {
				response.content(new Content().addMediaType("application/problem+json",
						new MediaType().schema(new Schema<>().$ref(PROBLEM))));
			}
		});
	}

	private static void describeSuccess(String operation, ApiResponse response) {
		response.addHeaderObject(NoteController.SERVED_BY, header("The server that answered, as HOST:PORT"));
		switch (operation) {
			case "add" -> response.addHeaderObject("Location", header("Where the note is"));
			case "newest" ->
				response.addHeaderObject("Link", header("The next page, with rel=\"next\", if there is one"));
			default -> {
			}
		}
	}

	private static void describe(Parameter parameter) {
		parameter.description(PARAMETERS.get(parameter.getName()));
	}

	private static Header header(String description) {
		return new Header().description(description).schema(new StringSchema());
	}

	private static Schema<?> problemSchema() {
		Schema<?> schema = new Schema<>().type("object").description("What went wrong (RFC 9457)");
		for (String property : new String[] { "type", "title", "detail", "instance" }) {
			schema.addProperty(property, new StringSchema());
		}
		return schema.addProperty("status", new IntegerSchema());
	}

}
