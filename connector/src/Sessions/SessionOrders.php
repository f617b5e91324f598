<?php

/**
 * @package Cartwright
 */

declare(strict_types=1);

namespace Cartwright\Sessions;

use Cartwright\Host\Keyed;
use Cartwright\Installation;
use Cartwright\Module;

/**
 * The sessions that this plugin has put among the orders. A server counts its sessions from 1, and behind an address that was
 * paired before may be a new one: so each pairing has a mark of its own, which rotating the key does not change. A session
 * of a former pairing is known again by its number and the moment it began. What another address has written is taken away.
 */
final class SessionOrders implements Module
{
    /** Option: the mark of the present pairing's sessions. */
    private const MARK = 'cartwright_sessions_mark';
    /** Option: marks of earlier pairings with the present server's address. */
    private const KEPT = 'cartwright_sessions_kept';
    /** Metadata: the session's number. */
    public const NUMBER = '_cartbay_session_id';
    /** Option: sessions of a former server are still there. */
    private const FORMER = 'cartwright_sessions_former';
    /** What every key begins with. */
    private const PREFIX = 'cartbay-session';
    /** Orders that are taken away at a time. */
    private const BATCH = 50;

    public function register(): void
    {
        add_action('cartwright/other_server', [self::class, 'beginAnew']);
        add_action('cartwright/paired', [self::class, 'begin']);
        add_action(Installation::MINUTELY, [self::class, 'takeFormerAway'], 20);
    }

    /** The order of a session, also when it is in the bin. */
    public static function find(int $session): ?QuietOrder
    {
        $found = self::query(['meta_key' => Keyed::META, 'meta_value' => self::key($session)], 1);
        return $found === [] ? null : new QuietOrder($found[0]);
    }

    /**
     * The order of a session that a former pairing has written: the same server was paired anew. It belongs to the present
     * pairing from now on.
     */
    public static function takeOver(int $session, int $began): ?QuietOrder
    {
        foreach (self::ofFormerPairings($session) as $order) {
            if ($order->get_date_created()?->getTimestamp() === $began) {
                $order->update_meta_data(Keyed::META, self::key($session));
                $order->save_meta_data();
                return $order;
            }
        }
        return null;
    }

    /**
     * Orders of sessions with this number that former pairings with the present address have written, the last one first.
     *
     * @return list<QuietOrder>
     */
    public static function ofFormerPairings(int $session): array
    {
        $condition = ['meta_key' => self::NUMBER, 'meta_value' => (string) $session, 'created_via' => Session::CREATED_VIA];
        $orders = array_map(static fn (int $id): QuietOrder => new QuietOrder($id), array_reverse(self::query($condition, -1)));
        $marks = self::formerMarks();
        return array_values(array_filter($orders, static fn (QuietOrder $order): bool
            => Session::is($order) && in_array(self::markOf($order), $marks, true)));
    }

    /** Has this plugin written it, for whatever server? CartBay itself writes such orders as well. */
    public static function isOurs(QuietOrder $order): bool
    {
        return Session::is($order) && self::markOf($order) !== null;
    }

    /** The key of a session's order. */
    public static function key(int $session): string
    {
        return implode(':', [self::PREFIX, self::mark(), $session]);
    }

    /** Is this the order of a session of the present server? */
    public static function isOf(QuietOrder $order, int $session): bool
    {
        return (string) $order->get_meta(Keyed::META) === self::key($session);
    }

    /**
     * Sessions with this address, whoever has written them.
     *
     * @return list<QuietOrder>
     */
    public static function ofAddress(string $email): array
    {
        $orders = array_map(static fn (int $id): QuietOrder => new QuietOrder($id), self::query(['billing_email' => $email], -1));
        return array_values(array_filter($orders, [Session::class, 'is']));
    }

    /** Withdrawn: whatever arrives late, it does not come back. */
    public static function withdraw(int $session): void
    {
        global $wpdb;
        $table = Installation::table('cartwright_done');
        $wpdb->query($wpdb->prepare('INSERT IGNORE INTO %i (id, at) VALUES (%s, %d)', $table, self::key($session), time()));
    }

    /** Was it withdrawn? */
    public static function isWithdrawn(int $session): bool
    {
        global $wpdb;
        $table = Installation::table('cartwright_done');
        return $wpdb->get_var($wpdb->prepare('SELECT 1 FROM %i WHERE id = %s', $table, self::key($session))) !== null;
    }

    /** Another server: its sessions are others. */
    public static function beginAnew(): void
    {
        delete_option(self::MARK);
        delete_option(self::KEPT);
        update_option(self::FORMER, '1', true);
    }

    /** Paired: what is written from now on has a mark of its own. */
    public static function begin(): void
    {
        $mark = (string) get_option(self::MARK, '');
        if ($mark !== '') {
            update_option(self::KEPT, [...self::formerMarks(), $mark], false);
            delete_option(self::MARK);
        }
    }

    /** Takes some of a former server's sessions away. */
    public static function takeFormerAway(): void
    {
        if (get_option(self::FORMER) !== '1') {
            return;
        }
        if (self::takeAway([self::mark(), ...self::formerMarks()]) < self::BATCH) {
            delete_option(self::FORMER);
        }
    }

    /** The plugin goes, and its sessions with it. What CartBay itself has written stays. */
    public static function takeAllAway(): void
    {
        do {
            $gone = self::takeAway([]);
            // Every order that was looked at is kept in memory until then.
            wp_cache_flush_runtime();
        } while ($gone === self::BATCH);
    }

    /**
     * Deletes a batch of those that this plugin has written, but none that has a mark of `kept`. Gives how many.
     *
     * @param list<string> $kept
     */
    private static function takeAway(array $kept): int
    {
        $gone = 0;
        $passed = 0;
        do {
            $ids = self::query(['created_via' => Session::CREATED_VIA, 'offset' => $passed], self::BATCH);
            foreach ($ids as $id) {
                $order = new QuietOrder($id);
                $isOther = self::isOurs($order) && !in_array(self::markOf($order), $kept, true);
                if ($gone < self::BATCH && $isOther && $order->delete(true)) {
                    $gone++;
                } else {
                    $passed++;
                }
            }
        } while ($gone < self::BATCH && count($ids) === self::BATCH);
        return $gone;
    }

    /** The mark on an order; null where this plugin has not written it. */
    private static function markOf(QuietOrder $order): ?string
    {
        $written = explode(':', (string) $order->get_meta(Keyed::META));
        return $written[0] === self::PREFIX ? $written[1] ?? '' : null;
    }

    /**
     * The marks of earlier pairings with the present server's address.
     *
     * @return list<string>
     */
    private static function formerMarks(): array
    {
        return array_values(array_filter((array) get_option(self::KEPT, []), 'is_string'));
    }

    /** The mark of the present pairing's sessions. */
    private static function mark(): string
    {
        if ((string) get_option(self::MARK, '') === '') {
            add_option(self::MARK, bin2hex(random_bytes(4)), '', false);
        }
        return (string) get_option(self::MARK);
    }

    /**
     * @param array<string, mixed> $condition
     * @return list<int>
     */
    private static function query(array $condition, int $limit): array
    {
        $found = wc_get_orders($condition + [
            'type' => 'shop_order',
            'status' => [...Statuses::prefixed(), 'trash'],
            'limit' => $limit,
            'orderby' => 'id',
            'order' => 'ASC',
            'return' => 'ids',
        ]);
        return array_map('intval', is_array($found) ? array_values($found) : []);
    }
}
