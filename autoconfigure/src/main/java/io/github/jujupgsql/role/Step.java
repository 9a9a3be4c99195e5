package io.github.jujupgsql.role;

/**
 * The steps of a decision, in the order in which its effects are carried out. The order
 * is the product:
 * <ul>
 * <li>The master is asked before all else, because everybody waits for its answer.</li>
 * <li>A primary that another server replaces is out of the published roles before it is
 * fenced, so that no borrower meets what leads nowhere.</li>
 * <li>What another server has held the primary role with is fenced before the role is
 * given, so that no commit is acknowledged there once there is a primary here.</li>
 * <li>The connection on which the new primary has answered is returned before the roles
 * are published, so that the first thread that wakes finds it.</li>
 * <li>A server that does not answer is out of the published roles before it is fenced, so
 * that no borrower meets what leads nowhere.</li>
 * <li>What takes time, logs above all, comes when no thread waits any more.</li>
 * </ul>
 */
enum Step {

	ASK_MASTER, STEP_DOWN, FENCE_DEPOSED, GIVE_ROLE, RETURN_PROBE_CONNECTION, PUBLISH, FENCE, TELL, LEAVE, ASK

}
