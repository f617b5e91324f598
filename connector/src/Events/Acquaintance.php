<?php

/**
 * @package Cartwright
 */

declare(strict_types=1);

namespace Cartwright\Events;

use Cartwright\Installation;
use Cartwright\Link\Keys;
use Cartwright\Module;

/** Makes the server acquainted with the customers that were there before it: some every minute, until it knows them all. */
final class Acquaintance implements Module
{
    /** Option that holds how far this has come: the last account told of, and the last one that there was at the pairing. */
    public const OPTION = 'cartwright_acquainted';
    /** Accounts that are looked at every minute. */
    private const LIMIT = 200;

    public function register(): void
    {
        add_action('cartwright/paired', [self::class, 'begin']);
        add_action(Installation::MINUTELY, [self::class, 'goOn'], 6);
    }

    /**
     * Paired: whoever has an account now is told of. Later ones are announced when they are made. Behind the same address
     * may be a new server, which knows nobody; the one that was there before takes nobody twice.
     */
    public static function begin(): void
    {
        global $wpdb;
        $last = (int) $wpdb->get_var($wpdb->prepare('SELECT MAX(ID) FROM %i', $wpdb->users));
        update_option(self::OPTION, ['told' => 0, 'last' => $last], false);
    }

    /** Tells of the next ones. */
    public static function goOn(): void
    {
        if (!Keys::paired()) {
            return;
        }
        if (!is_array(get_option(self::OPTION))) {
            // Paired by constants, or before this was there.
            self::begin();
        }
        ['told' => $told, 'last' => $last] = self::stored();
        if ($told >= $last) {
            return;
        }
        $ids = self::next($told, $last);
        foreach ($ids as $id) {
            if (!self::tell($id)) {
                // It goes on with this one in a minute.
                update_option(self::OPTION, ['told' => $told, 'last' => $last], false);
                return;
            }
            $told = $id;
        }
        update_option(self::OPTION, ['told' => count($ids) === self::LIMIT ? $told : $last, 'last' => $last], false);
    }

    /** False when it could not be written. */
    private static function tell(int $id): bool
    {
        $user = get_userdata($id);
        if (!PeopleWatch::isCustomer($user)) {
            return true;
        }
        return Queue::add('customer', "user:$id", 0, ['user_id' => $id, 'email' => $user->user_email, 'existing' => true]);
    }

    /**
     * @return list<int>
     */
    private static function next(int $told, int $last): array
    {
        global $wpdb;
        $sql = 'SELECT ID AS id FROM %i WHERE ID > %d AND ID <= %d ORDER BY ID LIMIT %d';
        $rows = $wpdb->get_results($wpdb->prepare($sql, $wpdb->users, $told, $last, self::LIMIT));
        return array_map(static fn (object $row): int => (int) $row->id, is_array($rows) ? array_values($rows) : []);
    }

    /**
     * @return array{told: int, last: int}
     */
    private static function stored(): array
    {
        $stored = get_option(self::OPTION);
        $stored = is_array($stored) ? $stored : [];
        return ['told' => (int) ($stored['told'] ?? 0), 'last' => (int) ($stored['last'] ?? 0)];
    }
}
