package io.github.jujupgsql.relation;

import java.util.stream.Stream;

/**
 * Tells IPv6 addresses in their text form of RFC 4291 from names, and from addresses that
 * something has been joined to.
 */
final class Ipv6Address {

	private static final int GROUPS = 8;

	private Ipv6Address() {
	}

	/**
	 * Return whether a text is an IPv6 address and nothing else.
	 * @param text the text, perhaps with a zone ({@code fe80::1%eth0})
	 */
	static boolean isOne(String text) {
		int zone = text.indexOf('%');
		String address = (zone > 0) ? text.substring(0, zone) : text;
		int gap = address.indexOf("::");
		if (gap < 0) {
			return groups(address, true) == GROUPS;
		}
		int before = groups(address.substring(0, gap), false);
		int after = groups(address.substring(gap + 2), true);
		return before >= 0 && after >= 0 && before + after < GROUPS;
	}

	/**
	 * Count groups of four hexadecimal digits. An IPv4 address at the end counts for two.
	 * @return how many there are, or -1 if something else is among them
	 */
	private static int groups(String text, boolean mayEndInIpv4) {
		if (text.isEmpty()) {
			return 0;
		}
		String[] groups = text.split(":", -1);
		String last = groups[groups.length - 1];
		boolean endsInIpv4 = mayEndInIpv4 && last.indexOf('.') > 0 && OptionChecks.consistsOf(last, "0123456789.");
		int hexadecimal = endsInIpv4 ? groups.length - 1 : groups.length;
		boolean valid = Stream.of(groups).limit(hexadecimal).allMatch(Ipv6Address::isGroup);
		return valid ? hexadecimal + (endsInIpv4 ? 2 : 0) : -1;
	}

	private static boolean isGroup(String text) {
		return !text.isEmpty() && text.length() <= 4 && OptionChecks.consistsOf(text, "0123456789abcdefABCDEF");
	}

}
