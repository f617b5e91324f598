<?php

/**
 * @package Cartwright
 */

declare(strict_types=1);

namespace Cartwright\Hooks;

use Cartwright\Failure;
use Cartwright\Installation;
use Cartwright\Link\Endpoint;
use Cartwright\Link\Keys;
use Cartwright\Module;

/** The server's events as actions of this WordPress: `add_action('oloyalty/points/earned', …)`. */
final class Actions implements Module
{
    /** Names that the server may call. */
    public const NAMES = [
        'ocart/cart/created',
        'ocart/cart/abandoned',
        'ocart/cart/converted',
        'ocart/bump/shown',
        'ocart/bump/accepted',
        'ocart/upsell/before_charge',
        'ocart/upsell/accepted',
        'ocart/upsell/declined',
        'ocart/recovery/dispatched',
        'ocart/recovery/converted',
        'oloyalty/member/enrolled',
        'oloyalty/points/earned',
        'oloyalty/points/adjusted',
        'oloyalty/points/redeemed',
        'oloyalty/tier/changed',
    ];
    /** Seconds after which the rest is left to the next call. */
    private const SHIFT = 15.0;
    /** Days for which an id is remembered. */
    private const REMEMBERED = 60;

    public function register(): void
    {
        add_action('rest_api_init', [self::class, 'routes']);
        add_action('init', [self::class, 'boot'], 20);
        add_action(Installation::HOURLY, [self::class, 'clean']);
    }

    /** Adds the route. */
    public static function routes(): void
    {
        Endpoint::signed('/actions', static fn (array $body): array => self::answer($body));
    }

    /** The engines are there. */
    public static function boot(): void
    {
        if (Keys::paired()) {
            do_action('ocart/booted');
            do_action('oloyalty/booted');
        }
    }

    /**
     * Does what was not done before, in the order it is told; gives the ids that need not be told again.
     *
     * @param array<mixed> $body
     * @return array{done: list<string>}
     */
    public static function answer(array $body): array
    {
        $actions = $body['actions'] ?? null;
        if (!is_array($actions) || !array_is_list($actions)) {
            throw Failure::invalid('actions', 'Give a list.');
        }
        $until = microtime(true) + self::SHIFT;
        $done = [];
        foreach ($actions as $action) {
            [$id, $name, $arguments] = self::read($action);
            if (self::isFirst($id)) {
                self::perform($name, $arguments);
            }
            $done[] = $id;
            if (microtime(true) > $until) {
                break;
            }
        }
        return ['done' => $done];
    }

    /** Forgets ids that nobody tells again. */
    public static function clean(): void
    {
        global $wpdb;
        $before = time() - self::REMEMBERED * DAY_IN_SECONDS;
        $wpdb->query($wpdb->prepare('DELETE FROM %i WHERE at < %d', Installation::table('cartwright_done'), $before));
    }

    /**
     * @param mixed $action
     * @return array{string, string, list<mixed>}
     */
    private static function read($action): array
    {
        $action = is_array($action) ? $action : [];
        $id = $action['id'] ?? null;
        $arguments = $action['arguments'] ?? null;
        if (!is_string($id) || $id === '' || strlen($id) > 100) {
            throw Failure::invalid('actions.id', 'Use a text of 1 to 100 characters.');
        }
        if (!is_array($arguments) || !array_is_list($arguments)) {
            throw Failure::invalid('actions.arguments', 'Give a list.');
        }
        return [$id, is_string($action['name'] ?? null) ? $action['name'] : '', $arguments];
    }

    /** Written before it is done, so that a listener which breaks off is not called for ever. */
    private static function isFirst(string $id): bool
    {
        global $wpdb;
        $table = Installation::table('cartwright_done');
        $rows = $wpdb->query($wpdb->prepare('INSERT IGNORE INTO %i (id, at) VALUES (%s, %d)', $table, $id, time()));
        if ($rows === false) {
            throw new \RuntimeException('The id of an action could not be kept: ' . $wpdb->last_error);
        }
        return $rows === 1;
    }

    /**
     * A listener's trouble is its own: it is logged, and the others go on.
     *
     * @param list<mixed> $arguments
     */
    private static function perform(string $name, array $arguments): void
    {
        if (!in_array($name, self::NAMES, true)) {
            return;
        }
        try {
            do_action($name, ...$arguments);
        } catch (\Throwable $trouble) {
            $place = $trouble->getFile() . ':' . $trouble->getLine();
            error_log("Cartwright: a listener of $name failed: " . $trouble->getMessage() . " in $place");
        }
    }
}
