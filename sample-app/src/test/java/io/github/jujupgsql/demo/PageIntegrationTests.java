package io.github.jujupgsql.demo;

import java.time.Duration;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.openqa.selenium.Keys;

import org.springframework.context.ConfigurableApplicationContext;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * A visitor's browser.
 */
class PageIntegrationTests {

	static Browser browser;

	static ConfigurableApplicationContext service;

	static DemoServers servers;

	static String page;

	@BeforeAll
	static void start() {
		browser = Browser.start();
		service = DemoApplication.run("--server.port=0", "--demo.tour.pace=0.02");
		servers = service.getBean(DemoServers.class);
		page = "http://127.0.0.1:%s/".formatted(service.getEnvironment().getRequiredProperty("local.server.port"));
	}

	@AfterAll
	static void stop() {
		try (Browser ended = browser) {
			if (service != null) {
				service.close();
				servers.close();
			}
		}
	}

	@BeforeEach
	void visit() {
		browser.open(page);
		until(() -> assertThat(browser.text("#feed")).isEqualTo("live"));
		until(() -> assertThat(browser.text("#primary .address")).contains(servers.roles().master()));
	}

	@AfterEach
	void nothingWentWrongInTheBrowser() {
		assertThat(browser.console()).isEmpty();
	}

	@Test
	void tourShowsEverythingAndFailsNothing() {
		String before = servers.roles().master();
		browser.click("#tour-button");
		until(() -> assertThat(browser.text("#tour-progress")).contains("step"));
		assertThat(browser.isShown("#controls")).isFalse();
		await().atMost(Duration.ofMinutes(3))
			.untilAsserted(() -> assertThat(browser.text("#tour-title")).isEqualTo("That was the tour"));
		assertThat(browser.text("#tour-text")).startsWith("That was all.").contains(", and 0 of ");
		assertThat(browser.evaluate("return document.querySelectorAll('#tour-results li').length"))
			.isEqualTo((long) TourStep.all().size());
		assertThat(service.getBean(LoadGenerator.class).count().failed()).isZero();
		until(() -> {
			assertThat(browser.text("#failed")).isEqualTo("0");
			assertThat(browser.text("#client-failed")).isEqualTo("0");
			assertThat(browser.text("#primary .address")).contains(servers.roles().master()).doesNotContain(before);
			assertThat(browser.text("#writes-figure .legend")).contains(servers.roles().master());
		});
		assertThat(browser.text("#timeline")).contains("is killed", "hangs", "has left recovery", "ahead of the file",
				"The file has caught up", "stops replaying", "serves no reads", "The file cannot be used");
		assertThat(isDrawn("#writes-figure canvas")).isTrue();
		browser.open(page);
		until(() -> assertThat(browser.text("#timeline")).contains("is killed"));
		assertThat(browser.text("#tour-title")).isEqualTo("That was the tour");
	}

	@Test
	void keyboardCarriesOutWhatTheMouseDoes() {
		browser.evaluate("document.querySelector('[aria-describedby=action-%d]').focus()"
			.formatted(DemoAction.ROTATE_PASSWORD.ordinal()));
		assertThat(browser.text("#action-what")).contains("ALTER ROLE");
		browser.press(Keys.ENTER);
		until(() -> assertThat(browser.text("#controls-status")).contains("The password is a new one."));
		assertThat(browser.text("[aria-describedby=action-%d]".formatted(DemoAction.RESUME_REPLAY.ordinal())))
			.isEqualTo(DemoAction.RESUME_REPLAY.label());
		assertThat(browser.evaluate("return document.querySelector('[aria-describedby=action-%d]').ariaDisabled"
			.formatted(DemoAction.RESUME_REPLAY.ordinal()))).isEqualTo("true");
	}

	@Test
	void fitsOnAPhone() {
		browser.screen(360, 780, true);
		try {
			browser.open(page);
			until(() -> assertThat(browser.text("#primary .address")).contains(servers.roles().master()));
			assertThat(browser.evaluate("return document.documentElement.scrollWidth")).isEqualTo(360L);
			browser.click("#controls summary");
			assertThat(browser.evaluate("return document.documentElement.scrollWidth")).isEqualTo(360L);
		}
		finally {
			browser.screen(1280, 900, false);
		}
	}

	@Test
	void isDarkWhereTheSystemIs() {
		String light = background();
		browser.prefer("prefers-color-scheme", "dark");
		try {
			assertThat(background()).isNotEqualTo(light);
		}
		finally {
			browser.prefer("prefers-color-scheme", "light");
		}
	}

	@Test
	void noteIsStored() {
		browser.click("#text");
		browser.press("A note from a browser");
		browser.press(Keys.ENTER);
		until(() -> assertThat(browser.text("#form-status")).startsWith("Stored by " + servers.roles().master()));
		until(() -> assertThat(browser.text("#notes")).contains("A note from a browser"));
	}

	private static String background() {
		return (String) browser.evaluate("return getComputedStyle(document.body).backgroundColor");
	}

	private static boolean isDrawn(String canvas) {
		return (boolean) browser.evaluate("""
				const canvas = document.querySelector(arguments[0])
				const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height)
				return data.some((value) => value !== 0)""", canvas);
	}

	private static void until(org.awaitility.core.ThrowingRunnable assertion) {
		await().atMost(Duration.ofSeconds(30)).untilAsserted(assertion);
	}

}
