<?php

/**
 * @package Cartwright
 */

declare(strict_types=1);

namespace Cartwright\Link;

use Cartwright\Admin\Capabilities;

/** A WordPress user as the server is told of him. */
final class Person
{
    /**
     * @return array{id: int, login: string, email: string, display_name: string, capabilities: list<string>}
     */
    public static function of(\WP_User $user): array
    {
        $names = [...Capabilities::NAMES, Capabilities::OF_THE_SHOP];
        return [
            'id' => (int) $user->ID,
            'login' => (string) $user->user_login,
            'email' => (string) $user->user_email,
            'display_name' => (string) $user->display_name,
            'capabilities' => array_values(array_filter($names, static fn (string $name): bool => user_can($user, $name))),
        ];
    }

    /**
     * Whoever works at the machine without naming a user.
     *
     * @return array{id: int, login: string, email: string, display_name: string, capabilities: list<string>}
     */
    public static function atTheMachine(): array
    {
        return ['id' => 0, 'login' => '', 'email' => '', 'display_name' => '', 'capabilities' => []];
    }
}
