<?php

/**
 * @package Cartwright
 */

declare(strict_types=1);

namespace Cartwright\Tests;

use Cartwright\Events\CartWatch;
use Cartwright\Events\Queue;
use Cartwright\Events\Sender;
use Cartwright\Host\CartDesk;
use Cartwright\Host\CartSession;
use Cartwright\Host\CartTokens;

final class CartWatchTest extends Stage
{
    /** Where PHP's own log went before. */
    private string $log = '';

    protected function setUp(): void
    {
        parent::setUp();
        $this->log = (string) ini_set('error_log', '/dev/null');
        \WC_Session_Handler::$kept = [];
        CartWatch::finish();
        CartWatch::forget();
        (new CartWatch())->register();
        $this->paired();
    }

    protected function tearDown(): void
    {
        ini_set('error_log', $this->log);
        \Store::$here = null;
    }

    /** A request of the shopper begins. */
    private static function request(): \WC_Cart
    {
        $session = new CartSession('t_ada');
        $session->init();
        WC()->session = $session;
        WC()->cart = new \WC_Cart();
        WC()->cart->get_cart_from_session();
        return WC()->cart;
    }

    /** Its end: the plugin looks at the cart, then WooCommerce saves the session. */
    private static function end(): void
    {
        CartWatch::look();
        WC()->session->save_data();
    }

    /**
     * Totals of the carts that wait for the server, in order.
     *
     * @return list<int>
     */
    private static function waiting(): array
    {
        $rows = $GLOBALS['wpdb']->get_results('SELECT data FROM wp_cartwright_events WHERE sent = 0 ORDER BY id');
        return array_map(static fn (object $row): int => json_decode($row->data, true)['total']['minor'], $rows);
    }

    public function testACartIsAnnouncedBeforeTheSessionRemembersIt(): void
    {
        self::request()->set_quantity('a', 2);
        CartWatch::look();
        self::assertSame([2000], self::waiting(), 'whatever becomes of the rest of this request');
        WC()->session->save_data();
        self::request();
        self::end();
        self::assertSame([2000], self::waiting(), 'a plain view announces nothing');
        CartWatch::finish();
        self::assertSame('t_ada', CartTokens::find(CartTokens::of('t_ada'))['session_key'] ?? '');
    }

    public function testWhatCouldNotBeWrittenIsToldByTheNextRequest(): void
    {
        $GLOBALS['wpdb']->failing = 'INSERT INTO `wp_cartwright_events`';
        self::request()->set_quantity('a', 2);
        self::end();
        self::assertSame([], self::waiting());
        $GLOBALS['wpdb']->failing = '';
        self::request();
        self::end();
        self::assertSame([2000], self::waiting());
    }

    public function testTheOlderOneGoesAfterTheNewerIsThere(): void
    {
        $this->answering(static fn (): array => [502, '']);
        self::request()->set_quantity('a', 2);
        self::end();
        $GLOBALS['wpdb']->failing = 'INSERT INTO `wp_cartwright_events`';
        self::request()->set_quantity('a', 3);
        self::end();
        Queue::tidy();
        self::assertSame([2000], self::waiting(), 'an old state is better than none');
        $GLOBALS['wpdb']->failing = '';
        self::request();
        self::end();
        self::assertSame([2000, 3000], self::waiting(), 'the shopper does not wait for the older one to go');
        Sender::afterResponse();
        self::assertSame([3000], self::waiting());
    }

    public function testAnotherProcessesNewerOneStays(): void
    {
        self::request()->set_quantity('a', 2);
        self::end();
        $GLOBALS['wpdb']->query("INSERT INTO wp_cartwright_events (id, subject, name, at, data)
            SELECT id + 5, subject, name, at, replace(data, '2000', '7000') FROM wp_cartwright_events");
        Queue::tidy();
        self::assertSame([2000, 7000], self::waiting());
    }

    public function testTheServersChangeIsAnnouncedOnceItIsWritten(): void
    {
        $token = CartTokens::make('t_ada', 0);
        $add = static fn (): array => CartDesk::change($token, static fn (\WC_Cart $cart) => $cart->set_quantity('a', 4));
        $GLOBALS['wpdb']->failing = 'INSERT INTO `wp_cartwright_events`';
        $add();
        self::assertSame([], self::waiting());
        $GLOBALS['wpdb']->failing = '';
        $add();
        self::assertSame([4000], self::waiting());
        CartWatch::look();
        self::assertSame([4000], self::waiting());
    }

    public function testACartThatWasNotKeptIsNotAnnounced(): void
    {
        $token = CartTokens::make('t_ada', 0);
        $refused = static fn () => CartDesk::change($token, static function (\WC_Cart $cart): void {
            $cart->set_quantity('a', 9);
            throw \Cartwright\Failure::refused('out_of_stock', 'There are not so many.');
        });
        self::assertSame('out_of_stock', self::refusedWith($refused));
        CartWatch::look();
        self::assertSame([], self::waiting());
        self::assertSame([], \WC_Session_Handler::$kept);
    }
}
