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
 * The sessions that this plugin has put among the orders. A server counts its sessions from 1, so another server's are told
 * apart by a mark of the pairing; they are taken away when the store is paired with somebody else.
 */
final class SessionOrders implements Module
{
    /** Option: the mark of the present server's sessions. */
    private const MARK = 'cartwright_sessions_mark';
    /** Option: sessions of a former server are still there. */
    private const FORMER = 'cartwright_sessions_former';
    /** What every key begins with. */
    private const PREFIX = 'cartbay-session';
    /** Orders that are taken away at a time. */
    private const BATCH = 50;

    public function register(): void
    {
        add_action('cartwright/other_server', [self::class, 'beginAnew']);
        add_action(Installation::MINUTELY, [self::class, 'takeFormerAway'], 20);
    }

    /** The order of a session, also when it is in the bin. */
    public static function find(int $session): ?QuietOrder
    {
        $found = self::query(['meta_key' => Keyed::META, 'meta_value' => self::key($session)], 1);
        return $found === [] ? null : new QuietOrder($found[0]);
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
        update_option(self::FORMER, '1', true);
    }

    /** Takes some of a former server's sessions away. */
    public static function takeFormerAway(): void
    {
        if (get_option(self::FORMER) === '1' && self::takeAway(self::mark()) < self::BATCH) {
            delete_option(self::FORMER);
        }
    }

    /** The plugin goes, and its sessions with it. What CartBay itself has written stays. */
    public static function takeAllAway(): void
    {
        do {
            $gone = self::takeAway('');
        } while ($gone === self::BATCH);
    }

    /** Deletes a batch of those that this plugin has written, but none that has the mark `kept`. Gives how many. */
    private static function takeAway(string $kept): int
    {
        $gone = 0;
        $passed = 0;
        do {
            $ids = self::query(['created_via' => Session::CREATED_VIA, 'offset' => $passed], self::BATCH);
            foreach ($ids as $id) {
                $order = new QuietOrder($id);
                $written = explode(':', (string) $order->get_meta(Keyed::META));
                $isOther = $written[0] === self::PREFIX && ($written[1] ?? '') !== $kept;
                if ($gone < self::BATCH && $isOther && Session::is($order) && $order->delete(true)) {
                    $gone++;
                } else {
                    $passed++;
                }
            }
        } while ($gone < self::BATCH && count($ids) === self::BATCH);
        return $gone;
    }

    /** The mark of the present server's sessions. */
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
