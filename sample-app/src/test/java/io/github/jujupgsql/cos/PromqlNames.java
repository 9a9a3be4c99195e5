package io.github.jujupgsql.cos;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The names in a PromQL expression. Whether it is one, is Prometheus' to say; here it is
 * only cut into its tokens.
 *
 * @param metrics the metrics that are selected, and the labels that each is matched by
 * @param grouping the labels that series are grouped or matched with each other by
 */
record PromqlNames(Map<String, Set<String>> metrics, Set<String> grouping) {

	private static final Pattern TOKEN = Pattern.compile("""
			\\s+|#[^\\n]*\
			|(?<string>"(?:[^"\\\\]|\\\\.)*"|'(?:[^'\\\\]|\\\\.)*'|`[^`]*`)\
			|(?<name>[a-zA-Z_:][a-zA-Z0-9_:]*)\
			|(?<number>[0-9.][0-9a-zA-Z.]*)\
			|(?<variable>\\$\\w+)\
			|(?<mark>=~|!~|!=|==|>=|<=|[-+*/%^=<>(){}\\[\\],:@])""");

	private static final Set<String> GROUPING = Set.of("by", "without", "on", "ignoring", "group_left", "group_right");

	private static final Set<String> WORDS = Set.of("and", "or", "unless", "bool", "offset", "inf", "nan");

	static PromqlNames of(String expression) {
		PromqlNames names = new PromqlNames(new TreeMap<>(), new TreeSet<>());
		List<String> tokens = tokens(expression);
		int at = 0;
		while (at < tokens.size()) {
			String token = tokens.get(at);
			if (GROUPING.contains(token)) {
				at = names.addGrouping(tokens, at + 1);
			}
			else if (isName(token) && !WORDS.contains(token) && !"(".equals(next(tokens, at))
					&& !GROUPING.contains(next(tokens, at))) {
				at = names.addSelector(tokens, at);
			}
			else {
				at++;
			}
		}
		return names;
	}

	/** {@code by (a, b)}, the parenthesis may be missing after {@code group_left}. */
	private int addGrouping(List<String> tokens, int start) {
		int at = start;
		if ("(".equals(tokens.get(at))) {
			while (!")".equals(tokens.get(at))) {
				if (isName(tokens.get(at))) {
					this.grouping.add(tokens.get(at));
				}
				at++;
			}
			at++;
		}
		return at;
	}

	private int addSelector(List<String> tokens, int start) {
		Set<String> labels = this.metrics.computeIfAbsent(tokens.get(start), (metric) -> new TreeSet<>());
		int at = start + 1;
		if ("{".equals(next(tokens, start))) {
			while (!"}".equals(tokens.get(at))) {
				if (isName(tokens.get(at))) {
					labels.add(tokens.get(at));
				}
				at++;
			}
			at++;
		}
		return at;
	}

	private static List<String> tokens(String expression) {
		List<String> tokens = new ArrayList<>();
		Matcher token = TOKEN.matcher(expression);
		int end = 0;
		while (end < expression.length()) {
			if (!token.find(end) || token.start() != end) {
				throw new IllegalArgumentException("Not PromQL from %d on: %s".formatted(end, expression));
			}
			end = token.end();
			if (!token.group().isBlank() && !token.group().startsWith("#")) {
				tokens.add(token.group());
			}
		}
		return tokens;
	}

	private static String next(List<String> tokens, int at) {
		return (at + 1 < tokens.size()) ? tokens.get(at + 1) : "";
	}

	private static boolean isName(String token) {
		return Character.isLetter(token.charAt(0)) || token.charAt(0) == '_';
	}

}
