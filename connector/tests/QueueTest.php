<?php

/**
 * @package Cartwright
 */

declare(strict_types=1);

namespace Cartwright\Tests;

use Cartwright\Events\Delivery;
use Cartwright\Events\OrderWatch;
use Cartwright\Events\Pause;
use Cartwright\Events\Queue;
use Cartwright\Events\Sender;
use Cartwright\Host\Lock;
use Cartwright\Link\Keys;
use Cartwright\Link\Link;
use Cartwright\Link\Site;

final class QueueTest extends Stage
{
    /** The server takes everything. */
    private function taking(): void
    {
        $this->answering(static fn (string $route, array $body): array
            => [200, ['accepted' => array_column($body['events'], 'id')]]);
    }

    /**
     * Subjects and hooks that the server was sent, in order.
     *
     * @return list<string>
     */
    private function sent(): array
    {
        $sent = [];
        foreach ($this->received as $call) {
            foreach ($call['body']['events'] ?? [] as $event) {
                $sent[] = $event['subject'] . ' ' . ($event['data']['hook'] ?? '');
            }
        }
        return $sent;
    }

    public function testNothingIsKeptForAServerThatThereIsNot(): void
    {
        Queue::add('order', 'order:1', 1, ['hook' => 'created']);
        self::assertSame(0, Queue::waiting()->count);
    }

    public function testWhatIsWrittenArrivesOnceAndInOrder(): void
    {
        $this->paired();
        foreach (['created', 'processing', 'completed'] as $hook) {
            Queue::add('order', 'order:1', 1, ['hook' => $hook]);
        }
        $this->taking();
        Sender::flush();
        Sender::flush();
        self::assertSame(['order:1 created', 'order:1 processing', 'order:1 completed'], $this->sent());
        self::assertSame(0, Queue::waiting()->count);
        $event = $this->received[0]['body']['events'][0];
        self::assertSame(['order', 1], [$event['name'], $event['order_id']]);
        self::assertMatchesRegularExpression('/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/', $event['at']);
        self::assertIsInt($event['id']);
        self::assertGreaterThan(1_600_000_000_000_000, $event['id'], 'no id is used again after the table was emptied');
        self::assertLessThan(2 ** 53, $event['id'], 'every reader of JSON reads it exactly');
    }

    public function testTheCallIsSigned(): void
    {
        $key = $this->paired();
        Queue::add('order', 'order:1', 1, []);
        $this->taking();
        Sender::flush();
        $headers = $this->received[0]['headers'];
        self::assertSame($key->id, $headers['X-Cartwright-Key']);
        self::assertMatchesRegularExpression('/^[0-9a-f]{64}$/', $headers['X-Cartwright-Signature']);
        self::assertSame('https://server.example/wp-json/cartwright/v1/events', $this->received[0]['url']);
        self::assertSame([], $this->received[0]['body']['events'][0]['data'] ?: []);
    }

    public function testAServerThatIsDownIsLeftAloneLongerEachTime(): void
    {
        $this->paired();
        Queue::add('order', 'order:1', 1, ['hook' => 'created']);
        Sender::flush();
        self::assertFalse(Delivery::open());
        self::assertStringContainsString('does not answer', Delivery::error());
        $this->taking();
        Sender::flush();
        self::assertSame([], $this->received, 'it is not asked before its pause is over');
        Delivery::retryNow();
        Sender::flush();
        self::assertSame(['order:1 created'], $this->sent());
        self::assertSame('', Delivery::error());
    }

    /**
     * @dataProvider nonsense
     */
    public function testWhatIsNoProperAnswerLosesNothing(int $status, string $body): void
    {
        $this->paired();
        Queue::add('order', 'order:1', 1, []);
        $this->answering(static fn (): array => [$status, $body]);
        Sender::flush();
        self::assertSame(1, Queue::waiting()->count);
        self::assertCount(1, $this->received);
    }

    /**
     * @return array<string, array{int, string}>
     */
    public static function nonsense(): array
    {
        return [
            'an error' => [500, '{"code":"internal_error","message":"x","data":{"status":500}}'],
            'a page' => [200, '<html>Welcome</html>'],
            'half of it' => [200, '{"accepted": [1'],
            'nothing' => [200, ''],
            'a gateway' => [504, 'Gateway Time-out'],
            'a login page' => [302, ''],
        ];
    }

    public function testPausesGrowToAQuarterOfAnHour(): void
    {
        self::assertSame([5, 10, 20, 40, 80, 160, 320, 640, 900, 900], array_map([Pause::class, 'after'], range(1, 10)));
        self::assertSame(900, Pause::after(1_000_000));
        self::assertSame(5, Pause::after(0));
    }

    public function testOneThatIsRefusedHoldsUpItsOwnSubjectOnly(): void
    {
        $this->paired();
        Queue::add('order', 'order:1', 1, ['hook' => 'bad']);
        Queue::add('order', 'order:2', 2, ['hook' => 'created']);
        Queue::add('order', 'order:1', 1, ['hook' => 'completed']);
        $this->answering(static function (string $route, array $body): array {
            $bad = array_filter($body['events'], static fn (array $event): bool => $event['data']['hook'] === 'bad');
            return $bad === []
                ? [200, ['accepted' => array_column($body['events'], 'id')]]
                : self::refusal(400, 'rest_invalid_param');
        });
        Sender::flush();
        $hooks = array_map(static fn (object $row): string => $row->data, Queue::due(10));
        self::assertSame([], $hooks, 'what follows it in its subject waits behind it');
        self::assertSame(2, Queue::waiting()->count);
        self::assertSame('refused: rest_invalid_param', Queue::waiting()->error);
        self::assertContains('order:2 created', $this->sent());
        self::assertNotContains('order:1 completed', array_slice($this->sent(), 3));
        self::assertTrue(Delivery::open(), 'the server itself is well');
    }

    public function testWhatTheServerDoesNotNameIsTriedAgain(): void
    {
        $this->paired();
        Queue::add('order', 'order:1', 1, []);
        $this->answering(static fn (): array => [200, ['accepted' => []]]);
        Sender::flush();
        self::assertSame(1, Queue::waiting()->count);
        self::assertCount(1, $this->received);
    }

    public function testANewerCartTakesTheOldersPlace(): void
    {
        $this->paired();
        Queue::add('cart', 'cart:a', 0, ['hash' => '1']);
        Queue::add('cart', 'cart:b', 0, ['hash' => '1']);
        Queue::add('cart', 'cart:a', 0, ['hash' => '2']);
        $this->taking();
        Sender::flush();
        $hashes = array_map(static fn (array $event): string => $event['data']['hash'], $this->received[0]['body']['events']);
        self::assertSame(['1', '2'], $hashes);
    }

    public function testLargeOnesGoInSeveralCalls(): void
    {
        $this->paired();
        for ($cart = 0; $cart < 5; $cart++) {
            Queue::add('cart', "cart:$cart", 0, ['text' => str_repeat('x', 300000)]);
        }
        $this->taking();
        Sender::flush();
        self::assertCount(3, $this->received);
        self::assertSame(0, Queue::waiting()->count);
    }

    public function testOneSenderAtATime(): void
    {
        $this->paired();
        Queue::add('order', 'order:1', 1, []);
        $this->taking();
        self::assertTrue(Lock::attempt('sender', 'somebody else', 60));
        Sender::flush();
        self::assertSame([], $this->received);
        Lock::release('sender', 'a stranger');
        self::assertFalse(Lock::attempt('sender', 'me', 60), 'only its holder gives it back');
        Lock::release('sender', 'somebody else');
        Sender::flush();
        self::assertCount(1, $this->received);
    }

    public function testTheLockOfADeadSenderComesFree(): void
    {
        self::assertTrue(Lock::attempt('sender', 'dead', -1));
        self::assertTrue(Lock::attempt('sender', 'alive', 60));
    }

    public function testARequestAnnouncesAnOrderAtOnceAndOnceMoreAtItsEnd(): void
    {
        $this->paired();
        (new OrderWatch())->register();
        do_action('woocommerce_new_order', 7);
        self::assertSame(1, Queue::waiting()->count, 'nothing is lost when PHP dies now');
        do_action('woocommerce_checkout_order_processed', 7);
        do_action('woocommerce_order_status_changed', 7, 'pending', 'processing');
        self::assertSame(1, Queue::waiting()->count);
        do_action('shutdown');
        $this->taking();
        Sender::flush();
        self::assertSame(['order:7 created', 'order:7 processing'], $this->sent());
        do_action('shutdown');
        self::assertSame(0, Queue::waiting()->count);
    }

    public function testAStoreInSeveralLanguagesIsOneStore(): void
    {
        $this->paired();
        add_filter('home_url', static fn (string $address): string => str_replace('store.example', 'store.example/de', $address));
        self::assertSame('https://store.example/de', home_url());
        self::assertTrue(Keys::paired());
        Queue::add('order', 'order:1', 1, []);
        self::assertSame(1, Queue::waiting()->count);
        self::assertSame(['', 'https://store.example'], [Site::formerAddress(), Link::hello()['address']]);
        \WordPress::$home = 'https://copy.example';
        self::assertFalse(Keys::paired(), 'a copy is another store');
    }

    /**
     * @dataProvider homes
     */
    public function testTheAddressIsWrittenAsEver(string $home, bool $secure, string $address): void
    {
        [\WordPress::$home, \WordPress::$secure] = [$home, $secure];
        self::assertSame($address, Site::address());
    }

    /**
     * @return list<array{string, bool, string}>
     */
    public static function homes(): array
    {
        return [
            ['https://store.example', true, 'https://store.example'],
            ['https://store.example', false, 'https://store.example'],
            ['http://store.example/shop/', false, 'http://store.example/shop'],
            ['http://store.example:8080', true, 'https://store.example:8080'],
        ];
    }

    public function testAnOrderThatWordPressDeletesIsAnnouncedOnce(): void
    {
        $this->paired();
        (new OrderWatch())->register();
        \WC_Order::$kept = [207 => [], 208 => ['created_via' => 'cartbay'], 209 => []];
        $delete = static function (int $id, string $type): void {
            do_action('before_delete_post', $id, (object) ['post_type' => $type]);
            unset(\WC_Order::$kept[$id]);
            do_action('deleted_post', $id, (object) ['post_type' => $type]);
        };
        $delete(207, 'shop_order');
        $delete(208, 'shop_order');
        $delete(12, 'page');
        // WooCommerce's own way deletes the post in between.
        do_action('woocommerce_before_delete_order', 209, new \WC_Order(209));
        $delete(209, 'shop_order');
        do_action('woocommerce_delete_order', 209);
        do_action('shutdown');
        $this->taking();
        Sender::flush();
        self::assertSame(['order:207 deleted', 'order:209 deleted'], $this->sent(), 'a session is no order');
    }

    public function testTheClockIsWokenForWhatCannotBeSentAtOnce(): void
    {
        Sender::sendSoon();
        self::assertSame([Sender::SOON], array_keys(\WordPress::$scheduled));
        self::assertSame(['spawn_cron'], \WordPress::$done);
    }

    /**
     * @runInSeparateProcess
     * @preserveGlobalState disabled
     *
     * @dataProvider switches
     */
    public function testAClockThatSomebodyElseWakesIsNotWoken(string $switch): void
    {
        define($switch, true);
        Sender::sendSoon();
        self::assertSame([Sender::SOON], array_keys(\WordPress::$scheduled));
        self::assertSame([], \WordPress::$done);
    }

    /**
     * @return list<array{string}>
     */
    public static function switches(): array
    {
        return [['DISABLE_WP_CRON'], ['ALTERNATE_WP_CRON']];
    }

    public function testWhatWasSentLongAgoIsForgotten(): void
    {
        $this->paired();
        Queue::add('order', 'order:1', 1, []);
        $this->taking();
        Sender::flush();
        self::assertTrue(Queue::knows('order:1', time() - 60));
        Queue::clean();
        self::assertTrue(Queue::knows('order:1', 0));
        $GLOBALS['wpdb']->query('UPDATE wp_cartwright_events SET sent = 1');
        Queue::clean();
        self::assertFalse(Queue::knows('order:1', 0));
    }

    public function testWhatNobodyHearsIsForgottenThirtyDaysAfterTheStoreWasDisconnected(): void
    {
        $this->paired();
        Queue::add('order', 'order:1', 1, []);
        Queue::add('order', 'order:2', 2, []);
        $GLOBALS['wpdb']->query('UPDATE wp_cartwright_events SET at = ' . (time() - 31 * DAY_IN_SECONDS) . ' WHERE order_id = 1');
        Queue::clean();
        self::assertSame(2, Queue::waiting()->count, 'a server that is away hears of it as long as that takes');
        \WordPress::$home = 'https://moved.example';
        Queue::clean();
        self::assertSame(2, Queue::waiting()->count, 'as long as nobody has said whether the store has moved');
        Keys::forget();
        Queue::clean();
        self::assertSame([false, true], [Queue::knows('order:1', 0), Queue::knows('order:2', 0)]);
    }

    public function testAnotherServerDoesNotHearWhatWasMeantForTheFirst(): void
    {
        $this->paired();
        (new Sender())->register();
        Queue::add('order', 'order:1', 1, []);
        do_action('cartwright/other_server');
        self::assertSame(0, Queue::waiting()->count);
        self::assertTrue(Keys::paired());
    }
}
