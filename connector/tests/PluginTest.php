<?php

/**
 * @package Cartwright
 */

declare(strict_types=1);

namespace Cartwright\Tests;

use Cartwright\Events\Sender;
use Cartwright\Installation;
use Cartwright\Module;
use Cartwright\Plugin;

final class PluginTest extends Stage
{
    public function testWithoutWooCommerceThereIsANoticeAndNothingElse(): void
    {
        self::assertFalse(class_exists('WooCommerce', false));
        Plugin::loaded();
        self::assertSame(['admin_notices'], array_keys(\WordPress::$hooks));
        ob_start();
        do_action('admin_notices');
        self::assertSame('', ob_get_clean(), 'whoever cannot change it is not told');
        \WordPress::$capabilities = ['activate_plugins'];
        ob_start();
        do_action('admin_notices');
        self::assertStringContainsString('Cartwright needs WooCommerce 8.0 or newer', (string) ob_get_clean());
    }

    public function testEveryModuleIsOne(): void
    {
        foreach (Plugin::MODULES as $module) {
            self::assertTrue(is_subclass_of($module, Module::class), $module);
        }
    }

    public function testEveryTableIsMadeAndTakenAway(): void
    {
        $made = [];
        $definitions = new \ReflectionMethod(Installation::class, 'definitions');
        $definitions->setAccessible(true);
        foreach ($definitions->invoke(null, 'wp_', '') as $definition) {
            preg_match('/^CREATE TABLE wp_(\w+) \(/', $definition, $found);
            $made[] = $found[1];
            self::assertDoesNotMatchRegularExpression('/PRIMARY KEY \(/', $definition, 'WordPress wants two blanks there');
        }
        self::assertSame(Installation::TABLES, $made);
    }

    public function testTheClockIsPutRightWhereItWasLost(): void
    {
        (new Installation())->register();
        \WordPress::$options[Installation::SCHEMA_OPTION] = (string) Installation::SCHEMA;
        \WordPress::$scheduled = [Installation::HOURLY => 7];
        do_action('init');
        do_action('admin_init');
        self::assertGreaterThan(0, \WordPress::$scheduled[Installation::MINUTELY]);
        self::assertSame(7, \WordPress::$scheduled[Installation::HOURLY], 'what is there stays as it is');
    }

    public function testSwitchedOffInANetworkTheClockStopsInEachStore(): void
    {
        $clock = [Installation::MINUTELY => 1, Installation::HOURLY => 1, Sender::SOON => 1, 'wp_version_check' => 1];
        \WordPress::$scheduled = $clock;
        \WordPress::$sites = [1 => [[], $clock], 2 => [[], $clock], 3 => [[], $clock]];
        Installation::deactivate();
        self::assertSame(['wp_version_check' => 1], \WordPress::$scheduled);
        self::assertSame($clock, \WordPress::$sites[2][1], 'here alone');
        Installation::deactivate(true);
        self::assertSame(array_fill(2, 2, ['wp_version_check' => 1]), array_map(static fn (array $site): array
            => $site[1], array_slice(\WordPress::$sites, 1, 2, true)));
        self::assertSame(1, get_current_blog_id());
    }

    public function testUninstallingLeavesNothing(): void
    {
        $others = ['siteurl' => 'c', '_transient_doing_cron' => '1', 'the_cartwright_theme' => 'd'];
        \WordPress::$options = $others + ['cartwright_site' => 'a', 'cartwright_link' => 'b'];
        \WordPress::$options += ['_transient_cartwright_away' => '1', '_transient_timeout_cartwright_away' => 1];
        $session = ['status' => 'cartbay-captured', 'created_via' => 'cartbay', 'meta' => ['_cartwright_key' => 'cartbay-session:a:1']];
        \WC_Order::$kept = array_fill(1, 120, $session);
        // What is left when the time is over while the orders are deleted.
        $left = null;
        add_action('woocommerce_before_delete_order', static function () use (&$left): void {
            $table = $GLOBALS['wpdb']->query('SELECT 1 FROM wp_cartwright_done');
            $left ??= [array_keys(\WordPress::$options), \WordPress::$scheduled, $table];
        });
        \WordPress::$scheduled = [Installation::MINUTELY => 1, Installation::HOURLY => 1];
        define('WP_UNINSTALL_PLUGIN', 'cartwright/cartwright.php');
        require dirname(__DIR__) . '/uninstall.php';
        $statuses = static fn (string $name): bool => !str_starts_with($name, 'status ');
        self::assertSame(array_keys($others), array_values(array_filter(array_keys(\WordPress::$options), $statuses)));
        self::assertSame([], \WordPress::$scheduled);
        self::assertSame([array_keys($others), [], false], [array_values(array_filter($left[0], $statuses)), $left[1], $left[2]]);
        self::assertSame([], \WC_Order::$kept);
        $flushed = array_filter(\WordPress::$done, static fn (string $what): bool => str_starts_with($what, 'flushed'));
        self::assertSame(['flushed with 70 orders', 'flushed with 20 orders', 'flushed with 0 orders'], array_values($flushed));
        self::assertFalse($GLOBALS['wpdb']->query('SELECT 1 FROM wp_cartwright_events'), 'the table is gone');
    }
}
