<?php

/**
 * @package Cartwright
 */

declare(strict_types=1);

namespace Cartwright\Host;

use Cartwright\Failure;
use Cartwright\Installation;

/** One at a time, across all processes of the store. A lock whose holder has died is free after a while. */
final class Lock
{
    /** Seconds that a lock is held at the longest. */
    private const LEASE = 120;
    /** Seconds that somebody waits for one. */
    private const PATIENCE = 20;
    /** Microseconds between two looks. */
    private const PAUSE = 20000;

    /**
     * Does `work` while holding all these locks.
     *
     * @template T
     * @param list<string> $names
     * @param callable(): T $work
     * @return T
     */
    public static function holding(array $names, callable $work)
    {
        $names = array_values(array_unique(array_map(static fn (string $name): string => hash('sha256', $name), $names)));
        // Everybody takes them in one order, so that no two wait for each other.
        sort($names);
        $owner = bin2hex(random_bytes(8));
        $held = [];
        try {
            foreach ($names as $name) {
                self::take($name, $owner);
                $held[] = $name;
            }
            return $work();
        } finally {
            foreach ($held as $name) {
                self::give($name, $owner);
            }
        }
    }

    /**
     * Takes a lock for `seconds` if it is free, and does not wait.
     */
    public static function attempt(string $name, string $owner, int $seconds): bool
    {
        return self::insert(hash('sha256', $name), $owner, $seconds);
    }

    /** Gives a lock back that `attempt` took. */
    public static function release(string $name, string $owner): void
    {
        self::give(hash('sha256', $name), $owner);
    }

    /** Forgets locks whose holders died long ago. */
    public static function clean(): void
    {
        global $wpdb;
        $sql = 'DELETE FROM %i WHERE expires < %d';
        $wpdb->query($wpdb->prepare($sql, Installation::table('cartwright_locks'), time() - DAY_IN_SECONDS));
    }

    private static function take(string $name, string $owner): void
    {
        $until = microtime(true) + self::PATIENCE;
        while (!self::insert($name, $owner, self::LEASE)) {
            if (microtime(true) > $until) {
                throw new Failure('cartwright_busy', 'The store is busy with the same thing. Ask again.', 503);
            }
            usleep(self::PAUSE);
        }
    }

    private static function insert(string $name, string $owner, int $seconds): bool
    {
        global $wpdb;
        $table = Installation::table('cartwright_locks');
        $sql = 'INSERT IGNORE INTO %i (name, owner, expires) VALUES (%s, %s, %d)';
        if ($wpdb->query($wpdb->prepare($sql, $table, $name, $owner, time() + $seconds)) === 1) {
            return true;
        }
        $sql = 'UPDATE %i SET owner = %s, expires = %d WHERE name = %s AND expires < %d';
        return $wpdb->query($wpdb->prepare($sql, $table, $owner, time() + $seconds, $name, time())) === 1;
    }

    private static function give(string $name, string $owner): void
    {
        global $wpdb;
        $sql = 'DELETE FROM %i WHERE name = %s AND owner = %s';
        $wpdb->query($wpdb->prepare($sql, Installation::table('cartwright_locks'), $name, $owner));
    }
}
