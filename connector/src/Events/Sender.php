<?php

/**
 * @package Cartwright
 */

declare(strict_types=1);

namespace Cartwright\Events;

use Cartwright\Failure;
use Cartwright\Host\Lock;
use Cartwright\Installation;
use Cartwright\Link\Keys;
use Cartwright\Link\Link;
use Cartwright\Link\Server;
use Cartwright\Module;

/** Sends what waits: after the response has gone to the browser, and from WordPress's clock. */
final class Sender implements Module
{
    /** So many announcements go in one call. */
    private const BATCH = 50;
    /** Bytes of data in one call. */
    private const BATCH_BYTES = 800000;
    /** Seconds that the lock of the sender is held at the longest. */
    private const LEASE = 90;
    /** Seconds after which the sender stops and leaves the rest to the next one. */
    private const SHIFT = 40;
    /** What WordPress's clock calls as soon as it can, where PHP cannot let the browser go. */
    public const SOON = 'cartwright_send';

    public function register(): void
    {
        // Last of all: WooCommerce saves the session in between, and others may still print.
        add_action('shutdown', [self::class, 'afterResponse'], PHP_INT_MAX);
        add_action(Installation::MINUTELY, [self::class, 'flush']);
        add_action(self::SOON, [self::class, 'flush']);
        add_action(Installation::HOURLY, [Queue::class, 'clean']);
        add_action('cartwright/other_server', [Queue::class, 'clear']);
        add_action('cartwright/paired', [Delivery::class, 'forget']);
    }

    /** Lets the browser go, then writes what could wait, then sends. */
    public static function afterResponse(): void
    {
        if (!Queue::touched() && !CartWatch::waits()) {
            return;
        }
        $alone = true;
        if (function_exists('fastcgi_finish_request')) {
            fastcgi_finish_request();
        } elseif (function_exists('litespeed_finish_request')) {
            litespeed_finish_request();
        } else {
            $alone = PHP_SAPI === 'cli';
        }
        ignore_user_abort(true);
        CartWatch::finish();
        Queue::tidy();
        if (!Delivery::open()) {
            return;
        }
        if ($alone) {
            self::flush();
            return;
        }
        self::sendSoon();
    }

    /**
     * The browser would wait: WordPress's clock does it, in a request of its own. To wake the clock takes a second at the
     * worst, and is of no use where somebody else does it.
     */
    public static function sendSoon(): void
    {
        wp_schedule_single_event(time(), self::SOON);
        foreach (['DISABLE_WP_CRON', 'ALTERNATE_WP_CRON'] as $switch) {
            if (defined($switch) && constant($switch)) {
                return;
            }
        }
        spawn_cron();
    }

    /** Sends what is due, unless somebody does already. */
    public static function flush(): void
    {
        $until = microtime(true) + self::SHIFT;
        Queue::tidy();
        // Whoever writes while the sender is about to leave finds the lock taken: so it looks once more.
        while (Keys::paired() && Delivery::open() && microtime(true) < $until && Queue::due(1) !== []) {
            $owner = bin2hex(random_bytes(8));
            if (!Lock::attempt('sender', $owner, self::LEASE)) {
                return;
            }
            try {
                $more = self::sendAll($until);
            } finally {
                Lock::release('sender', $owner);
            }
            if (!$more) {
                return;
            }
        }
    }

    /** Sends batch after batch. False when the server cannot be reached. */
    private static function sendAll(float $until): bool
    {
        $limit = self::BATCH;
        while (microtime(true) < $until) {
            $rows = Queue::due($limit);
            if ($rows === []) {
                return true;
            }
            $rows = self::fitting($rows);
            try {
                self::send($rows);
                Delivery::succeeded();
            } catch (Failure $failure) {
                if (!in_array($failure->status, [400, 413, 422], true)) {
                    Delivery::failed($failure->getMessage());
                    return false;
                }
                // One of them is not to the server's liking: each goes alone, and only that one stays behind.
                if (count($rows) === 1) {
                    Queue::postpone((int) $rows[0]->id, (int) $rows[0]->tries + 1, $failure->getMessage());
                }
                $limit = 1;
            }
        }
        return true;
    }

    /**
     * @param list<object> $rows
     */
    private static function send(array $rows): void
    {
        $events = array_map([self::class, 'event'], $rows);
        $answer = Server::post('/events', ['hooked' => Link::hooked(), 'events' => $events]);
        $accepted = array_map('intval', is_array($answer['accepted'] ?? null) ? $answer['accepted'] : []);
        $sent = [];
        foreach ($rows as $row) {
            if (in_array((int) $row->id, $accepted, true)) {
                $sent[] = (int) $row->id;
            } else {
                Queue::postpone((int) $row->id, (int) $row->tries + 1, 'The server did not accept it.');
            }
        }
        Queue::sent($sent);
    }

    /**
     * As many as one call may carry, one at least.
     *
     * @param list<object> $rows
     * @return list<object>
     */
    private static function fitting(array $rows): array
    {
        $bytes = 0;
        foreach ($rows as $index => $row) {
            $bytes += strlen($row->data) + 300;
            if ($bytes > self::BATCH_BYTES && $index > 0) {
                return array_slice($rows, 0, $index);
            }
        }
        return $rows;
    }

    /**
     * An announcement as the server reads it.
     *
     * @return array<string, mixed>
     */
    private static function event(object $row): array
    {
        return [
            'id' => (int) $row->id,
            'name' => $row->name,
            'subject' => $row->subject,
            'order_id' => (int) $row->order_id,
            'at' => gmdate('Y-m-d\TH:i:s\Z', (int) $row->at),
            'data' => json_decode($row->data),
        ];
    }
}
