<?php

/**
 * @package Cartwright
 */

declare(strict_types=1);

namespace Cartwright\Admin;

use Cartwright\Link\Keys;
use Cartwright\Link\Link;

/** Which pages of the server have a place in WordPress's menu: slug, title, capability. */
final class Pages
{
    /**
     * By menu; the first page of each is the menu's own.
     *
     * @var array<string, array{icon: string, pages: array<string, array{string, string}>}>
     */
    public const MENUS = [
        'OCart' => [
            'icon' => 'dashicons-cart',
            'pages' => [
                'ocart' => ['Dashboard', 'ocart_manage'],
                'ocart-funnels' => ['Funnels', 'ocart_manage_funnels'],
                'ocart-checkout' => ['Checkout', 'ocart_manage_funnels'],
                'ocart-bumps' => ['Bumps', 'ocart_manage_offers'],
                'ocart-upsells' => ['Upsells', 'ocart_manage_offers'],
                'ocart-recovery' => ['Recovery', 'ocart_manage_recovery'],
                'ocart-tests' => ['Tests', 'ocart_manage_tests'],
                'ocart-templates' => ['Templates', 'ocart_manage_funnels'],
                'ocart-migration' => ['Migration', 'ocart_run_migration'],
                'ocart-reports' => ['Reports', 'ocart_view_reports'],
                'ocart-integrations' => ['Integrations', 'ocart_manage'],
                'ocart-settings' => ['Settings', 'ocart_manage'],
            ],
        ],
        'OLoyalty' => [
            'icon' => 'dashicons-awards',
            'pages' => [
                'oloyalty' => ['Dashboard', 'oloyalty_manage'],
                'oloyalty-members' => ['Members', 'oloyalty_manage_members'],
                'oloyalty-points' => ['Points & Ledger', 'oloyalty_manage_members'],
                'oloyalty-tiers' => ['Tiers', 'oloyalty_manage'],
                'oloyalty-rewards' => ['Rewards', 'oloyalty_manage_rewards'],
                'oloyalty-giftcards' => ['Gift Cards', 'oloyalty_manage_rewards'],
                'oloyalty-credit' => ['Store Credit', 'oloyalty_manage_rewards'],
                'oloyalty-referrals' => ['Referrals', 'oloyalty_manage_referrals'],
                'oloyalty-campaigns' => ['Campaigns', 'oloyalty_manage'],
                'oloyalty-reports' => ['Reports', 'oloyalty_view_reports'],
                'oloyalty-integrations' => ['Integrations', 'oloyalty_manage'],
                'oloyalty-settings' => ['Settings', 'oloyalty_manage'],
            ],
        ],
        'CartBay' => [
            'icon' => 'dashicons-email-alt',
            'pages' => [
                'cartbay' => ['Dashboard', Capabilities::OF_THE_SHOP],
                'cartbay-sessions' => ['Sessions', Capabilities::OF_THE_SHOP],
                'cartbay-settings' => ['Settings', Capabilities::OF_THE_SHOP],
            ],
        ],
    ];

    /**
     * The pages of a menu that this server has; before it has told, the menu's own.
     *
     * @return array<string, array{string, string}>
     */
    public static function of(string $menu): array
    {
        $pages = self::MENUS[$menu]['pages'];
        $told = Keys::paired() ? get_option(Link::SERVER_OPTION) : null;
        $there = is_array($told) && is_array($told['pages'] ?? null) ? $told['pages'] : [];
        $there[] = array_key_first($pages);
        return array_intersect_key($pages, array_flip(array_filter($there, 'is_string')));
    }

    /** The capability of a page; null when there is no such page. */
    public static function capability(string $slug): ?string
    {
        foreach (array_keys(self::MENUS) as $menu) {
            if (isset(self::of($menu)[$slug])) {
                return self::of($menu)[$slug][1];
            }
        }
        return null;
    }
}
