<?php

/**
 * @package Cartwright
 */

declare(strict_types=1);

namespace Cartwright\Host;

/** Accounts as the server sees them. */
final class Customers
{
    /**
     * @return array<string, mixed>|null
     */
    public static function find(Arguments $arguments): ?array
    {
        $user = get_userdata($arguments->id('id'));
        if (!$user instanceof \WP_User) {
            return null;
        }
        return [
            'id' => $user->ID,
            'login' => $user->user_login,
            'email' => $user->user_email,
            'display_name' => $user->display_name,
            'first_name' => (string) $user->first_name,
            'last_name' => (string) $user->last_name,
            'roles' => array_values(array_map('strval', $user->roles)),
            'registered_at' => gmdate('Y-m-d\TH:i:s\Z', (int) strtotime($user->user_registered . ' UTC')),
            'country' => (string) get_user_meta($user->ID, 'billing_country', true),
        ];
    }
}
