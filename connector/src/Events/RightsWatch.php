<?php

/**
 * @package Cartwright
 */

declare(strict_types=1);

namespace Cartwright\Events;

use Cartwright\Installation;
use Cartwright\Link\Person;
use Cartwright\Module;

/**
 * Announces that somebody may do other things now, or is gone: the server's admin must not stay open to him. Roles and
 * capabilities of a user are one row of his metadata, however they are changed.
 */
final class RightsWatch implements Module
{
    /** Stands for everybody: what a role may do was changed. */
    private const EVERYBODY = 0;

    /**
     * What this request has told already, by store and user.
     *
     * @var array<string, list<string>>
     */
    private static array $told = [];

    public function register(): void
    {
        global $wpdb;
        add_action('updated_user_meta', [self::class, 'changed'], 99, 3);
        add_action('deleted_user_meta', [self::class, 'changed'], 99, 3);
        add_action('deleted_user', [self::class, 'gone'], 99);
        add_action('remove_user_from_blog', [self::class, 'gone'], 99);
        add_action('granted_super_admin', [self::class, 'networkChanged'], 99);
        add_action('revoked_super_admin', [self::class, 'networkChanged'], 99);
        add_action("update_option_{$wpdb->get_blog_prefix()}user_roles", [self::class, 'rolesChanged'], 99);
        self::$told = [];
    }

    /**
     * @param mixed $row
     * @param mixed $id
     * @param mixed $name
     */
    public static function changed($row, $id, $name): void
    {
        global $wpdb;
        if ($name !== $wpdb->get_blog_prefix() . 'capabilities' || !is_numeric($id)) {
            return;
        }
        $user = get_userdata((int) $id);
        self::tell((int) $id, $user instanceof \WP_User ? Person::of($user)['capabilities'] : []);
    }

    /**
     * @param mixed $id
     */
    public static function gone($id): void
    {
        if (is_numeric($id)) {
            self::tell((int) $id, []);
        }
    }

    /**
     * Who may do everything in a network, or no longer may, may so in each of its stores.
     *
     * @param mixed $id
     */
    public static function networkChanged($id): void
    {
        Installation::everywhere(static function () use ($id): void {
            $user = is_numeric($id) ? get_userdata((int) $id) : false;
            if ($user instanceof \WP_User) {
                self::tell((int) $id, Person::of($user)['capabilities']);
            }
        });
    }

    /** Whoever is signed in comes through WordPress again, which knows what he may do. */
    public static function rolesChanged(): void
    {
        self::tell(self::EVERYBODY, []);
    }

    /**
     * @param list<string> $capabilities
     */
    private static function tell(int $id, array $capabilities): void
    {
        $who = get_current_blog_id() . ':' . $id;
        if ((self::$told[$who] ?? null) !== $capabilities) {
            self::$told[$who] = $capabilities;
            Queue::add('user', "user:$id", 0, ['user_id' => $id, 'capabilities' => $capabilities]);
        }
    }
}
