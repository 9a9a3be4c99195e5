package io.github.jujupgsql.demo;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.logging.Level;

import io.github.jujupgsql.programs.InstalledPrograms;
import org.openqa.selenium.By;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.chrome.ChromeDriverService;
import org.openqa.selenium.chrome.ChromeOptions;
import org.openqa.selenium.logging.LogEntry;
import org.openqa.selenium.logging.LogType;
import org.openqa.selenium.logging.LoggingPreferences;

import org.springframework.util.FileSystemUtils;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

/**
 * The system's Chromium, without a window. It asks nobody but the pages that it is led
 * to.
 */
final class Browser implements AutoCloseable {

	private static final Duration TIMEOUT = Duration.ofSeconds(30);

	private final Path profile;

	private final ChromeDriver driver;

	private Browser(Path chromium, Path chromedriver, Path profile) {
		this.profile = profile;
		ChromeOptions options = new ChromeOptions();
		options.setBinary(chromium.toFile());
		options.addArguments("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic",
				"--disable-dev-shm-usage", "--no-first-run", "--disable-background-networking",
				"--disable-component-update", "--disable-sync", "--force-prefers-reduced-motion",
				"--user-data-dir=" + profile);
		LoggingPreferences logs = new LoggingPreferences();
		logs.enable(LogType.BROWSER, Level.ALL);
		options.setCapability("goog:loggingPrefs", logs);
		this.driver = new ChromeDriver(
				new ChromeDriverService.Builder().usingDriverExecutable(chromedriver.toFile()).withSilent(true).build(),
				options);
		this.driver.manage().timeouts().pageLoadTimeout(TIMEOUT).scriptTimeout(TIMEOUT);
	}

	/**
	 * Start a browser. If there is none the test is skipped, or fails on a build server.
	 */
	static Browser start() {
		Optional<Path> chromium = InstalledPrograms.find("chromium").or(() -> InstalledPrograms.find("google-chrome"));
		Optional<Path> driver = InstalledPrograms.find("chromedriver");
		if (!InstalledPrograms.isBuildServer()) {
			assumeTrue(chromium.isPresent() && driver.isPresent(), "Chromium and chromedriver are not installed");
		}
		try {
			return new Browser(chromium.orElseThrow(), driver.orElseThrow(),
					Files.createTempDirectory("juju-pgsql-test-browser-"));
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	void open(String address) {
		this.driver.get(address);
	}

	/**
	 * Show pages as on a screen of this size, from now on.
	 */
	void screen(int width, int height, boolean mobile) {
		this.driver.executeCdpCommand("Emulation.setDeviceMetricsOverride",
				Map.of("width", width, "height", height, "deviceScaleFactor", 1, "mobile", mobile));
	}

	/**
	 * Prefer something, as the settings of a system do.
	 */
	void prefer(String feature, String value) {
		this.driver.executeCdpCommand("Emulation.setEmulatedMedia",
				Map.of("features", List.of(Map.of("name", feature, "value", value))));
	}

	void click(String selector) {
		this.driver.findElement(By.cssSelector(selector)).click();
	}

	/**
	 * Press a key, wherever the focus is.
	 */
	void press(CharSequence key) {
		this.driver.switchTo().activeElement().sendKeys(key);
	}

	boolean isShown(String selector) {
		return this.driver.findElements(By.cssSelector(selector)).stream().anyMatch((found) -> found.isDisplayed());
	}

	/**
	 * Return the text of what is there, seen or not.
	 */
	String text(String selector) {
		return (String) evaluate("return document.querySelector(arguments[0])?.textContent ?? ''", selector);
	}

	Object evaluate(String script, Object... arguments) {
		return this.driver.executeScript(script, arguments);
	}

	/**
	 * Return what the console said since this was asked for the last time.
	 */
	List<String> console() {
		return this.driver.manage().logs().get(LogType.BROWSER).getAll().stream().map(LogEntry::toString).toList();
	}

	@Override
	public void close() {
		this.driver.quit();
		try {
			FileSystemUtils.deleteRecursively(this.profile);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

}
