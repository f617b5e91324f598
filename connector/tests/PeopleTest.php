<?php

/**
 * @package Cartwright
 */

declare(strict_types=1);

namespace Cartwright\Tests;

use Cartwright\Events\Acquaintance;
use Cartwright\Events\PeopleWatch;
use Cartwright\Events\Queue;
use Cartwright\Events\RightsWatch;
use Cartwright\Installation;

final class PeopleTest extends Stage
{
    protected function setUp(): void
    {
        parent::setUp();
        (new PeopleWatch())->register();
        (new Acquaintance())->register();
        (new RightsWatch())->register();
    }

    /** An account of WordPress. */
    private function account(int $id, string $role, string ...$capabilities): \WP_User
    {
        $user = new \WP_User();
        [$user->ID, $user->user_email, $user->roles, $user->can] = [$id, "u$id@example.com", [$role], $capabilities];
        $GLOBALS['wpdb']->query("INSERT OR IGNORE INTO wp_users VALUES ($id)");
        return \Admin::$users[$id] = $user;
    }

    /**
     * What waits for the server: name and data.
     *
     * @return list<array{string, array<string, mixed>}>
     */
    private function told(): array
    {
        return array_map(static fn (object $row): array => [$row->name, json_decode($row->data, true)], Queue::due(1000));
    }

    public function testACustomerIsAnnouncedAndWhoRunsTheStoreIsNot(): void
    {
        $this->paired();
        $this->account(5, 'customer');
        $this->account(6, 'shop_manager');
        do_action('user_register', 5);
        do_action('user_register', 6);
        self::assertSame([['customer', ['user_id' => 5, 'email' => 'u5@example.com']]], $this->told());
    }

    public function testCustomersThatWereThereBeforeTheServerAreToldOfOnce(): void
    {
        $this->account(1, 'administrator');
        foreach (range(2, 450) as $id) {
            $this->account($id, 'customer');
        }
        $this->paired();
        do_action('cartwright/paired');
        // Made after the pairing: announced when it was made.
        $this->account(451, 'customer');
        foreach ([199, 399, 449, 449] as $count) {
            do_action(Installation::MINUTELY);
            self::assertSame($count, Queue::waiting()->count);
        }
        $told = $this->told();
        self::assertSame(['customer', ['user_id' => 2, 'email' => 'u2@example.com', 'existing' => true]], $told[0]);
        self::assertSame(range(2, 450), array_column(array_column($told, 1), 'user_id'));
        do_action('cartwright/paired');
        do_action(Installation::MINUTELY);
        self::assertSame(648, Queue::waiting()->count, 'paired anew: the server may be a new one, which knows nobody');
        self::assertSame(2, $this->told()[449][1]['user_id']);
    }

    public function testWhoCouldNotBeToldOfIsToldOfInAMinute(): void
    {
        foreach (range(2, 6) as $id) {
            $this->account($id, 'customer');
        }
        $this->paired();
        do_action('cartwright/paired');
        $GLOBALS['wpdb']->failing = "'user:4'";
        $log = ini_set('error_log', '/dev/null');
        do_action(Installation::MINUTELY);
        ini_set('error_log', (string) $log);
        self::assertSame([2, 3], array_column(array_column($this->told(), 1), 'user_id'));
        $GLOBALS['wpdb']->failing = '';
        do_action(Installation::MINUTELY);
        self::assertSame(range(2, 6), array_column(array_column($this->told(), 1), 'user_id'));
    }

    public function testPairedByConstantsItBeginsByItself(): void
    {
        $this->account(2, 'customer');
        $this->paired();
        do_action(Installation::MINUTELY);
        self::assertSame(1, Queue::waiting()->count);
    }

    public function testWhoMayDoOtherThingsIsAnnounced(): void
    {
        $this->paired();
        $user = $this->account(5, 'administrator', 'ocart_manage', 'oloyalty_manage', 'edit_posts');
        do_action('updated_user_meta', 9, 5, 'nickname', 'x');
        self::assertSame([], $this->told());
        $user->can = ['oloyalty_manage', 'edit_posts'];
        do_action('updated_user_meta', 9, 5, 'wp_capabilities', []);
        do_action('updated_user_meta', 9, 5, 'wp_capabilities', []);
        unset(\Admin::$users[5]);
        do_action('deleted_user_meta', [9], 5, 'wp_capabilities', []);
        do_action('deleted_user', 5);
        do_action('update_option_wp_user_roles');
        self::assertSame([
            ['user', ['user_id' => 5, 'capabilities' => ['oloyalty_manage']]],
            ['user', ['user_id' => 5, 'capabilities' => []]],
            ['user', ['user_id' => 0, 'capabilities' => []]],
        ], $this->told());
    }

    public function testWhoNoLongerRunsTheNetworkIsAnnouncedInEachStore(): void
    {
        $user = $this->account(5, 'customer', 'ocart_manage', 'manage_woocommerce');
        $this->paired();
        $paired = \WordPress::$options;
        \WordPress::$sites = array_fill(1, 3, [$paired, []]);
        // The third store is paired with nobody.
        \WordPress::$sites[3][0] = [];
        $GLOBALS['wpdb']->query('CREATE TABLE wp_2_cartwright_events AS SELECT * FROM wp_cartwright_events');
        $told = static fn (string $prefix): array => array_map(
            static fn (object $row): array => json_decode($row->data, true)['capabilities'],
            $GLOBALS['wpdb']->get_results("SELECT data FROM {$prefix}cartwright_events ORDER BY id")
        );
        do_action('granted_super_admin', 5);
        $user->can = [];
        do_action('revoked_super_admin', 5);
        do_action('revoked_super_admin', 5);
        do_action('revoked_super_admin', 77);
        foreach (['wp_', 'wp_2_'] as $prefix) {
            self::assertSame([['ocart_manage', 'manage_woocommerce'], []], $told($prefix));
        }
    }
}
