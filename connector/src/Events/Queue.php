<?php

/**
 * @package Cartwright
 */

declare(strict_types=1);

namespace Cartwright\Events;

use Cartwright\Installation;
use Cartwright\Link\Keys;

/** Announcements that wait for the server, in a table of the store's own database. */
final class Queue
{
    /** Days that a sent announcement is kept, to look things up. */
    private const KEPT_DAYS = 2;
    /** Days that what waits is kept after the store was disconnected: it may be connected again. */
    private const UNHEARD_DAYS = 30;
    /** Bytes that an announcement's data may have. */
    private const LARGEST = 700000;

    /** Has this request written an announcement? */
    private static bool $touched = false;
    /**
     * Carts that this request has announced: the last announcement's id by subject.
     *
     * @var array<string, int>
     */
    private static array $newest = [];

    /**
     * Writes an announcement. Nothing happens while the store is paired with no server. False when it is not written and
     * should be told again later; one that is too large for the server never will be.
     *
     * @param array<string, mixed> $data
     */
    public static function add(string $name, string $subject, int $orderId, array $data): bool
    {
        if (!Keys::paired()) {
            return false;
        }
        $text = (string) wp_json_encode($data === [] ? new \stdClass() : $data, JSON_UNESCAPED_SLASHES);
        if (strlen($text) > self::LARGEST) {
            error_log("Cartwright: an announcement of $subject is too large and was left out.");
            return true;
        }
        $id = self::insert($name, $subject, $orderId, $text);
        if ($id === null) {
            return false;
        }
        self::$touched = true;
        if ($name === 'cart') {
            self::$newest[$subject] = $id;
        }
        return true;
    }

    /**
     * A cart's older states are of no use to anybody once there is a newer one. They are taken out after it is written, so
     * that one of them is there whatever happens in between, and when nobody waits for it.
     */
    public static function tidy(): void
    {
        global $wpdb;
        $sql = 'DELETE FROM %i WHERE subject = %s AND sent = 0 AND id < %d';
        foreach (self::$newest as $subject => $id) {
            $wpdb->query($wpdb->prepare($sql, Installation::table('cartwright_events'), $subject, $id));
        }
        self::$newest = [];
    }

    /** Has this request written an announcement? */
    public static function touched(): bool
    {
        return self::$touched;
    }

    /**
     * Announcements that may be sent now, oldest first: of a subject whose first one has to wait, none.
     *
     * @return list<object{id: string, subject: string, name: string, order_id: string, at: string, data: string, tries: string}>
     */
    public static function due(int $limit): array
    {
        global $wpdb;
        $table = Installation::table('cartwright_events');
        $sql = 'SELECT id, subject, name, order_id, at, data, tries FROM %i
            WHERE sent = 0 AND due <= %d AND subject NOT IN (SELECT subject FROM %i WHERE sent = 0 AND due > %d)
            ORDER BY id LIMIT %d';
        $rows = $wpdb->get_results($wpdb->prepare($sql, $table, time(), $table, time(), $limit));
        return is_array($rows) ? $rows : [];
    }

    /**
     * The server has them.
     *
     * @param list<int> $ids
     */
    public static function sent(array $ids): void
    {
        global $wpdb;
        if ($ids === []) {
            return;
        }
        $places = implode(', ', array_fill(0, count($ids), '%d'));
        $sql = "UPDATE %i SET sent = %d, error = '' WHERE id IN ($places)";
        $wpdb->query($wpdb->prepare($sql, Installation::table('cartwright_events'), time(), ...$ids));
    }

    /** The server did not take this one: it is tried again, later each time. */
    public static function postpone(int $id, int $tries, string $error): void
    {
        global $wpdb;
        $sql = 'UPDATE %i SET tries = %d, due = %d, error = %s WHERE id = %d';
        $due = time() + Pause::after($tries);
        $error = mb_substr($error, 0, 250);
        $wpdb->query($wpdb->prepare($sql, Installation::table('cartwright_events'), $tries, $due, $error, $id));
    }

    /** All that wait are due now: somebody wants to see whether it works again. */
    public static function hurry(): void
    {
        global $wpdb;
        $sql = 'UPDATE %i SET due = 0 WHERE sent = 0';
        $wpdb->query($wpdb->prepare($sql, Installation::table('cartwright_events')));
    }

    /** How many wait, and since when the oldest of them does (seconds since 1970; 0 when none waits). */
    public static function waiting(): Waiting
    {
        global $wpdb;
        $table = Installation::table('cartwright_events');
        $row = $wpdb->get_row($wpdb->prepare('SELECT COUNT(*) count, MIN(at) since FROM %i WHERE sent = 0', $table));
        $sql = "SELECT error FROM %i WHERE sent = 0 AND error <> '' ORDER BY id LIMIT 1";
        return new Waiting(
            (int) ($row->count ?? 0),
            (int) ($row->since ?? 0),
            (string) $wpdb->get_var($wpdb->prepare($sql, $table))
        );
    }

    /** When the server last took something (seconds since 1970; 0 for never, or long ago). */
    public static function lastSent(): int
    {
        global $wpdb;
        $sql = 'SELECT MAX(sent) FROM %i';
        return (int) $wpdb->get_var($wpdb->prepare($sql, Installation::table('cartwright_events')));
    }

    /** Was something written about this subject at or after a moment? */
    public static function knows(string $subject, int $since): bool
    {
        global $wpdb;
        $sql = 'SELECT 1 FROM %i WHERE subject = %s AND at >= %d LIMIT 1';
        $table = Installation::table('cartwright_events');
        return $wpdb->get_var($wpdb->prepare($sql, $table, $subject, $since)) !== null;
    }

    /** Forgets what was sent long ago, and what nobody is there to hear. */
    public static function clean(): void
    {
        global $wpdb;
        $table = Installation::table('cartwright_events');
        $sql = 'DELETE FROM %i WHERE sent > 0 AND sent < %d';
        $wpdb->query($wpdb->prepare($sql, $table, time() - self::KEPT_DAYS * DAY_IN_SECONDS));
        if (Keys::present() === null) {
            $sql = 'DELETE FROM %i WHERE sent = 0 AND at < %d';
            $wpdb->query($wpdb->prepare($sql, $table, time() - self::UNHEARD_DAYS * DAY_IN_SECONDS));
        }
    }

    /**
     * Forgets what waits about a person: by the address, and by the account (0 for none). What an account may do is told all
     * the same: it names nobody, and the server's admin must not stay open. Gives how many were forgotten.
     */
    public static function forgetPerson(string $email, int $user): int
    {
        global $wpdb;
        $about = ['"email":' . wp_json_encode($email, JSON_UNESCAPED_SLASHES)];
        if ($user > 0) {
            array_push($about, "\"user_id\":$user,", "\"customer_id\":$user,");
        }
        $conditions = implode(' OR ', array_fill(0, count($about), 'INSTR(data, %s) > 0'));
        $sql = "DELETE FROM %i WHERE sent = 0 AND name IN ('cart', 'customer', 'review') AND ($conditions)";
        return (int) $wpdb->query($wpdb->prepare($sql, Installation::table('cartwright_events'), ...$about));
    }

    /** Forgets everything: another server must not hear what was meant for this one. */
    public static function clear(): void
    {
        global $wpdb;
        $wpdb->query($wpdb->prepare('DELETE FROM %i', Installation::table('cartwright_events')));
    }

    /** Writes a row and gives its id; null when that cannot be done. */
    private static function insert(string $name, string $subject, int $orderId, string $data): ?int
    {
        global $wpdb;
        // The id is the database's clock in microseconds: it grows, and it is never used again, even after the table was
        // emptied or a backup put back. The server takes what has a known id for a repetition.
        $sql = 'INSERT INTO %i (id, subject, name, order_id, at, data)
            VALUES (LAST_INSERT_ID(UNIX_TIMESTAMP() * 1000000 + MICROSECOND(NOW(6))), %s, %s, %d, %d, %s)';
        $table = Installation::table('cartwright_events');
        $sql = $wpdb->prepare($sql, $table, $subject, $name, $orderId, time(), $data);
        $suppressed = $wpdb->suppress_errors(true);
        try {
            // Two in one microsecond: the next try is in another.
            for ($try = 0; $try < 5; $try++) {
                if ($wpdb->query($sql) === 1) {
                    return (int) $wpdb->insert_id;
                }
            }
        } finally {
            $wpdb->suppress_errors($suppressed);
        }
        error_log("Cartwright: an announcement of $subject could not be written: {$wpdb->last_error}");
        return null;
    }
}
