<?php

/**
 * @package Cartwright
 */

declare(strict_types=1);

namespace Cartwright\Admin;

use Cartwright\Module;

/** What a user may do: granted to administrators on activation, other roles inherit nothing. */
final class Capabilities implements Module
{
    /** Whoever has it runs the shop. */
    public const OF_THE_SHOP = 'manage_woocommerce';
    /** The plugin's own. */
    public const NAMES = [
        'ocart_manage',
        'ocart_manage_funnels',
        'ocart_manage_offers',
        'ocart_manage_recovery',
        'ocart_manage_tests',
        'ocart_view_reports',
        'ocart_run_migration',
        'oloyalty_manage',
        'oloyalty_manage_members',
        'oloyalty_manage_rewards',
        'oloyalty_manage_referrals',
        'oloyalty_view_reports',
        'oloyalty_export',
    ];
    /** Option that tells which of them were granted, so that what an owner took away stays away. */
    private const OPTION = 'cartwright_capabilities';

    public function register(): void
    {
        add_action('admin_init', [self::class, 'grant'], 1);
    }

    /** Grants those that were not granted before. */
    public static function grant(): void
    {
        $granted = get_option(self::OPTION);
        $fresh = array_diff(self::NAMES, is_array($granted) ? $granted : []);
        $role = $fresh === [] ? null : get_role('administrator');
        if ($role === null) {
            return;
        }
        foreach ($fresh as $name) {
            $role->add_cap($name);
        }
        update_option(self::OPTION, self::NAMES, true);
    }

    /** Takes them from every role. */
    public static function takeAway(): void
    {
        foreach (array_keys(wp_roles()->roles) as $name) {
            $role = get_role((string) $name);
            foreach ($role === null ? [] : self::NAMES as $capability) {
                $role->remove_cap($capability);
            }
        }
        delete_option(self::OPTION);
    }
}
