<?php

/**
 * @package Cartwright
 */

declare(strict_types=1);

namespace Cartwright\Tests;

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

    public function testUninstallingLeavesNothing(): void
    {
        \WordPress::$options = ['cartwright_site' => 'a', 'cartwright_link' => 'b'];
        \WordPress::$scheduled = [Installation::MINUTELY => 1, Installation::HOURLY => 1];
        define('WP_UNINSTALL_PLUGIN', 'cartwright/cartwright.php');
        require dirname(__DIR__) . '/uninstall.php';
        self::assertSame([], \WordPress::$options);
        self::assertSame([], \WordPress::$scheduled);
        self::assertFalse($GLOBALS['wpdb']->query('SELECT 1 FROM wp_cartwright_events'), 'the table is gone');
    }
}
