<?php

/**
 * @package Cartwright
 */

declare(strict_types=1);

namespace Cartwright\Tests;

use Cartwright\Events\OrderWatch;
use Cartwright\Events\Queue;
use Cartwright\Host\Host;
use Cartwright\Link\Keys;
use Cartwright\Sessions\Privacy;
use Cartwright\Sessions\Session;
use Cartwright\Sessions\SessionOrders;
use Cartwright\Sessions\Statuses;
use Cartwright\Sessions\Uncounted;
use Cartwright\Sessions\Unsold;

final class SessionsTest extends Stage
{
    protected function setUp(): void
    {
        parent::setUp();
        \WC_Order::$kept = [];
        \WC_Order::$told = [];
        foreach ([Statuses::class, Uncounted::class, Unsold::class, SessionOrders::class, OrderWatch::class] as $module) {
            (new $module())->register();
        }
        $this->paired();
    }

    /**
     * @param array<string, mixed> $changed
     */
    private static function put(int $id, int $version, string $status, array $changed = []): void
    {
        Host::perform('put_session_order', ['session' => $changed + [
            'session_id' => $id,
            'version' => $version,
            'status' => $status,
            'email' => 'grace@example.com',
            'lines' => [self::line(7, 0, 'Mug'), self::line(8, 51, 'Tee')],
            'total' => ['minor' => 2640, 'currency' => 'USD'],
            'meta' => [['_cartbay_source', 'classic'], ['_cartbay_cart_snapshot', '{"items":[]}']],
            'created_at' => '2026-11-21T12:00:00Z',
            'updated_at' => '2026-11-21T12:05:00Z',
        ]]);
    }

    /**
     * @return array<string, mixed>
     */
    private static function line(int $product, int $variation, string $name): array
    {
        return [
            'product_id' => $product, 'variation_id' => $variation, 'name' => $name, 'quantity' => 2, 'subtotal' => '24',
            'total' => '12', 'total_tax' => '1.2', 'variation' => $variation > 0 ? [['attribute_size', 'S']] : [],
        ];
    }

    /**
     * @return array<string, mixed>
     */
    private static function only(): array
    {
        self::assertCount(1, \WC_Order::$kept);
        return array_values(\WC_Order::$kept)[0];
    }

    /** The number of the first order that is there. */
    private static function number(): int
    {
        return (int) array_key_first(\WC_Order::$kept);
    }

    public function testEveryStatusFitsItsColumnAndIsToldByItsFullName(): void
    {
        Statuses::add();
        $names = ['captured', 'abandoned', 'recovered', 'expired', 'suppressed'];
        $labels = array_filter(array_keys(wc_get_order_statuses()), static fn ($name) => str_contains($name, 'cartbay'));
        self::assertCount(5, $labels);
        foreach ($names as $name) {
            $stored = Statuses::stored("cartbay-$name");
            self::assertContains("wc-$stored", $labels);
            self::assertLessThanOrEqual(20, strlen("wc-$stored"));
            self::assertSame("cartbay-$name", Statuses::shown((string) $stored));
            self::assertSame($stored, Statuses::stored("wc-cartbay-$name"));
            self::assertFalse(\WordPress::$options["status wc-$stored"]['show_in_admin_all_list']);
        }
        foreach (['cartbay-suppress', 'cartbay-suppresse', 'wc-cartbay-suppresse', 'cartbay-suppressed'] as $written) {
            self::assertSame('cartbay-suppressed', Statuses::shown($written));
            self::assertSame('cartbay-suppress', Statuses::stored($written));
        }
        self::assertNull(Statuses::stored('processing'));
        self::assertSame('processing', Statuses::shown('processing'));
    }

    public function testASessionIsOneOrderWhateverArrivesTwiceOrLate(): void
    {
        self::put(5, 1, 'cartbay-captured');
        $order = self::only();
        self::assertSame(['cartbay', 'cartbay-captured'], [$order['created_via'], $order['status']]);
        self::assertSame(['grace@example.com', '26.40'], [$order['billing_email'], $order['total']]);
        self::assertSame('5', $order['meta']['_cartbay_session_id']);
        self::assertSame('{"items":[]}', $order['meta']['_cartbay_cart_snapshot']);
        [$mug, $tee] = $order['items'];
        self::assertSame([7, 2, '12'], [$mug->set['product_id'], $mug->set['quantity'], $mug->set['total']]);
        self::assertSame([51, ['size' => 'S']], [$tee->set['variation_id'], $tee->set['meta']]);
        self::put(5, 4, 'cartbay-suppressed', ['meta' => [['_cartbay_recovered_at', '1']], 'lines' => [self::line(999, 0, 'Gone')]]);
        self::put(5, 3, 'cartbay-abandoned');
        self::put(5, 4, 'cartbay-abandoned');
        $order = self::only();
        self::assertSame(['cartbay-suppress', '4'], [$order['status'], $order['meta']['_cartbay_version']]);
        self::assertArrayNotHasKey('_cartbay_source', $order['meta'], 'it is what it carries now');
        self::assertSame('1', $order['meta']['_cartbay_recovered_at']);
        self::assertSame(['Gone'], array_map(static fn ($item) => $item->set['name'], $order['items']));
        self::assertArrayNotHasKey('product_id', $order['items'][0]->set);
        self::put(6, 1, 'cartbay-captured');
        self::assertCount(2, \WC_Order::$kept);
    }

    public function testWhatIsNoStatusOfASessionIsRefused(): void
    {
        self::assertSame('rest_invalid_param', self::refusedWith(static fn () => self::put(5, 1, 'processing')));
        self::assertSame([], \WC_Order::$kept);
    }

    public function testWhatWasWithdrawnDoesNotComeBack(): void
    {
        self::put(5, 1, 'cartbay-captured');
        Host::perform('remove_session_order', ['session_id' => 5]);
        Host::perform('remove_session_order', ['session_id' => 5]);
        self::put(5, 9, 'cartbay-captured');
        self::assertSame([], \WC_Order::$kept);
    }

    public function testWhatTheOwnerHasPutIntoTheBinStaysThere(): void
    {
        self::put(5, 1, 'cartbay-captured');
        \WC_Order::$kept[self::number()]['status'] = 'trash';
        self::put(5, 2, 'cartbay-abandoned');
        self::assertSame('trash', self::only()['status']);
        Host::perform('remove_session_order', ['session_id' => 5]);
        self::assertSame([], \WC_Order::$kept);
    }

    public function testNobodyIsToldOfIt(): void
    {
        self::put(5, 1, 'cartbay-captured');
        self::put(5, 2, 'cartbay-abandoned');
        Host::perform('remove_session_order', ['session_id' => 5]);
        OrderWatch::finish();
        self::assertSame([], \WC_Order::$told);
        self::assertSame(0, Queue::waiting()->count);
        $order = new \WC_Order();
        $order->set_status('processing');
        $order->save();
        self::assertSame(1, Queue::waiting()->count, 'but of an order');
    }

    public function testItIsInNoListThatDoesNotAskForIt(): void
    {
        self::put(5, 1, 'cartbay-suppressed');
        $all = array_keys(wc_get_order_statuses());
        foreach ([[], ['status' => ['any']], ['status' => $all], ['post_status' => 'any', 'status' => $all]] as $query) {
            self::assertSame([], wc_get_orders(array_intersect_key($query, ['status' => 1])));
            $asked = Uncounted::leaveOut($query + ['status' => $all]);
            self::assertNotContains('wc-cartbay-suppress', $asked[isset($query['post_status']) ? 'post_status' : 'status']);
        }
        self::assertSame([self::number()], wc_get_orders(['status' => ['cartbay-suppressed'], 'return' => 'ids']));
        self::assertSame([self::number()], wc_get_orders(['status' => [...$all], 'created_via' => 'cartbay', 'return' => 'ids']));
        self::assertSame(['status' => ['wc-pending']], Uncounted::leaveOut(['status' => ['wc-pending']]));
        self::assertContains('cartbay-suppress', Uncounted::exclude(['pending']));
        self::assertSame(['completed'], Uncounted::reported(['completed', 'cartbay-captured']));
        self::assertTrue(Uncounted::isNoSale(false, wc_get_order(self::number())));
        self::assertSame(0, Uncounted::keepFromAnalytics(null, 1, 'wc-admin_import_orders', [self::number()]));
        self::assertNull(Uncounted::keepFromAnalytics(null, 1, 'wc-admin_import_orders', [1]));
        self::assertNull(Uncounted::keepFromAnalytics(null, 1, 'something_else', [self::number()]));
    }

    /** An order that is being placed is asked about by its number as well, and reading it anew costs the shopper time. */
    public function testAnOrderThatThisRequestHasSeenIsNotReadAnew(): void
    {
        self::put(5, 1, 'cartbay-captured');
        $id = self::number();
        $order = wc_get_order($id);
        self::assertTrue(Session::isNumber($id));
        $order->set_created_via('checkout');
        self::assertFalse(Session::is($order));
        self::assertFalse(Session::isNumber($id), 'what is in the database is not asked');
        $order->set_created_via('cartbay');
        self::assertTrue(Session::is($order));
        self::assertTrue(Session::isNumber($id), 'it has become one since');
    }

    public function testWhatIsNoOrderKeepsItsOwnStatuses(): void
    {
        $all = array_keys(wc_get_order_statuses());
        foreach (['any', ['any'], $all] as $status) {
            foreach (['shop_subscription', ['shop_subscription'], ['shop_order_refund', 'shop_subscription']] as $type) {
                $query = ['type' => $type, 'status' => $status];
                self::assertSame($query, Uncounted::leaveOut($query));
                $older = ['post_type' => $type, 'type' => 'shop_order', 'status' => $status];
                self::assertSame($older, Uncounted::leaveOut($older), 'the older name wins');
            }
        }
        foreach (['shop_order', ['shop_order', 'shop_subscription'], '', [], 'any'] as $type) {
            $asked = Uncounted::leaveOut(['type' => $type, 'status' => 'any'])['status'];
            self::assertNotContains('wc-cartbay-captured', $asked);
            self::assertContains('wc-processing', $asked);
            self::assertContains('wc-active', $asked, 'whatever is registered among posts');
            self::assertNotContains('wc-unlisted', $asked);
        }
        self::assertNotContains('wc-cartbay-captured', Uncounted::leaveOut(['status' => $all])['status']);
    }

    public function testItCannotBePaidAndNeverBecomesAnOrder(): void
    {
        self::put(5, 1, 'cartbay-abandoned');
        $session = wc_get_order(self::number());
        self::assertSame([], apply_filters('woocommerce_valid_order_statuses_for_payment', ['pending'], $session));
        self::assertFalse(apply_filters('woocommerce_order_needs_payment', true, $session));
        self::assertFalse(apply_filters('woocommerce_order_is_paid', true, $session));
        self::assertFalse(apply_filters('woocommerce_can_reduce_order_stock', true, $session));
        self::assertSame(0, apply_filters('woocommerce_shortcode_order_tracking_order_id', self::number()));
        $session->set_status('processing');
        $session->save();
        self::assertSame('cartbay-abandoned', self::only()['status']);
        $session->set_status('trash');
        $session->save();
        self::assertSame('trash', self::only()['status']);
        $order = new \WC_Order();
        $order->save();
        self::assertSame(['pending'], apply_filters('woocommerce_valid_order_statuses_for_payment', ['pending'], $order));
        $order->set_status('processing');
        $order->save();
        self::assertSame('processing', $order->get_status());
    }

    public function testNoMailAndNoWebhookIsAboutIt(): void
    {
        self::put(5, 1, 'cartbay-abandoned');
        $email = new class {
            public string $id = 'customer_note';
        };
        apply_filters('woocommerce_email_classes', [$email]);
        $recipient = static fn ($about) => apply_filters('woocommerce_email_recipient_customer_note', 'a@b.example', $about);
        self::assertSame('', $recipient(wc_get_order(self::number())));
        self::assertSame('a@b.example', $recipient(null));
        $webhook = new \OrderWebhook();
        self::assertFalse(apply_filters('woocommerce_webhook_should_deliver', true, $webhook, self::number()));
        self::assertTrue(apply_filters('woocommerce_webhook_should_deliver', true, $webhook, 1));
    }

    public function testWordPressExportsThemAndHasTheServerEraseThem(): void
    {
        self::put(5, 1, 'cartbay-suppressed');
        self::put(6, 1, 'cartbay-captured', ['email' => 'hedy@example.com', 'lines' => []]);
        $exporter = Privacy::addExporter([])['cartwright-sessions']['callback'];
        $exported = $exporter('grace@example.com')['data'];
        self::assertSame('cartbay-suppressed', $exported[0]['data'][1]['value']);
        self::assertStringContainsString('Mug', $exported[0]['data'][2]['value']);
        self::assertSame([], $exporter('nobody@example.com')['data']);
        $eraser = Privacy::addEraser([])['cartwright-sessions']['callback'];
        $this->answering(static fn (): array => [500, 'no']);
        $kept = $eraser('grace@example.com');
        self::assertSame([false, true, 1], [$kept['items_removed'], $kept['items_retained'], count($kept['messages'])]);
        self::assertCount(2, \WC_Order::$kept, 'the server would write it again');
        $this->answering(static fn (): array => [200, ['stdout' => '', 'stderr' => "Error: busy.\n", 'exit_code' => 1]]);
        self::assertSame(['Error: busy.'], $eraser('grace@example.com')['messages']);
        $this->answering(static fn (): array => [200, ['stdout' => '', 'stderr' => '', 'exit_code' => 0]]);
        self::assertTrue($eraser('grace@example.com')['items_removed']);
        self::assertSame(['cartbay', 'session', 'delete', '5'], end($this->received)['body']['arguments']);
        self::assertSame('hedy@example.com', self::only()['billing_email']);
        self::put(5, 2, 'cartbay-abandoned');
        self::assertCount(1, \WC_Order::$kept);
    }

    public function testWithoutAServerTheyAreErasedHere(): void
    {
        self::put(5, 1, 'cartbay-captured');
        self::put(6, 1, 'cartbay-captured', ['email' => 'hedy@example.com']);
        \WC_Order::$kept[20] = ['meta' => []] + \WC_Order::$kept[self::number()];
        Keys::forget();
        self::assertSame([true, false], array_slice(array_values(Privacy::erase('grace@example.com')), 0, 2));
        self::assertSame([], $this->received);
        self::assertSame(['hedy@example.com', 'grace@example.com'], array_column(self::all(), 0), "CartBay's own stays");
    }

    public function testOfAFormerPairingTheServerErasesWhatIsTheSamePersons(): void
    {
        self::put(5, 1, 'cartbay-captured');
        self::put(6, 1, 'cartbay-captured');
        self::put(7, 1, 'cartbay-captured');
        do_action('cartwright/paired');
        $this->answering(static function (string $route, array $body): array {
            [, , $verb, $session] = $body['arguments'];
            $emails = ['5' => 'Grace@Example.com', '6' => 'hedy@example.com'];
            $shown = isset($emails[$session]) ? json_encode(['id' => (int) $session, 'email' => $emails[$session]]) : '';
            $isThere = $verb === 'delete' || $shown !== '';
            return [200, ['stdout' => $verb === 'show' ? $shown : '', 'stderr' => '', 'exit_code' => $isThere ? 0 : 1]];
        });
        self::assertSame([true, false], array_slice(array_values(Privacy::erase('grace@example.com')), 0, 2));
        self::assertSame([], \WC_Order::$kept);
        $asked = array_map(static fn (array $call): string => implode(' ', array_slice($call['body']['arguments'], 2)), $this->received);
        self::assertSame(['show 5 --format=json', 'delete 5', 'show 6 --format=json', 'show 7 --format=json'], $asked);
        self::put(6, 1, 'cartbay-captured', ['email' => 'hedy@example.com']);
        self::put(5, 9, 'cartbay-captured');
        self::assertSame('hedy@example.com', self::only()['billing_email'], 'the other one of that number is not held up');
    }

    public function testWhatWaitsAboutThePersonIsNotSent(): void
    {
        $user = new \WP_User();
        [$user->ID, $user->user_email] = [5, 'grace@example.com'];
        \Admin::$users = [5 => $user];
        Queue::add('customer', 'user:5', 0, ['user_id' => 5, 'email' => 'grace@example.com']);
        Queue::add('customer', 'user:55', 0, ['user_id' => 55, 'email' => 'a.grace@example.com']);
        Queue::add('user', 'user:5', 0, ['user_id' => 5, 'capabilities' => []]);
        Queue::add('review', 'review:1', 0, ['comment_id' => 1, 'user_id' => 0, 'email' => 'grace@example.com', 'approved' => true]);
        Queue::add('cart', 'cart:a', 0, ['token' => 'a', 'customer_id' => 5, 'lines' => []]);
        Queue::add('cart', 'cart:b', 0, ['token' => 'b', 'customer_id' => 0, 'lines' => []]);
        Queue::add('order', 'order:5', 5, ['hook' => 'created']);
        self::assertTrue(Privacy::erase('grace@example.com')['items_removed']);
        $left = array_map(static fn (object $row): string => "$row->name $row->subject", Queue::due(10));
        self::assertSame(['customer user:55', 'user user:5', 'cart cart:b', 'order order:5'], $left);
        self::assertFalse(Privacy::erase('nobody@example.com')['items_removed']);
    }

    public function testManyAreTakenAwayInBatches(): void
    {
        for ($session = 1; $session <= 70; $session++) {
            self::put($session, 1, 'cartbay-captured', ['lines' => []]);
        }
        do_action('cartwright/other_server');
        for ($session = 1; $session <= 60; $session++) {
            self::put($session, 1, 'cartbay-captured', ['lines' => []]);
        }
        $left = [];
        do {
            SessionOrders::takeFormerAway();
            $left[] = count(\WC_Order::$kept);
        } while (get_option('cartwright_sessions_former') === '1');
        self::assertSame([80, 60], $left);
        SessionOrders::takeAllAway();
        self::assertSame([], \WC_Order::$kept);
    }

    public function testANewServerAtTheSameAddressIsAnother(): void
    {
        self::put(5, 7, 'cartbay-recovered', ['email' => 'ada@example.com']);
        Host::perform('remove_session_order', ['session_id' => 6]);
        do_action('cartwright/paired');
        $began = ['created_at' => '2026-11-23T08:00:00Z'];
        self::put(5, 1, 'cartbay-captured', $began);
        self::put(6, 1, 'cartbay-captured', $began);
        self::assertSame([
            ['ada@example.com', 'cartbay-recovered'], ['grace@example.com', 'cartbay-captured'], ['grace@example.com', 'cartbay-captured'],
        ], self::all());
        SessionOrders::takeFormerAway();
        foreach ([1, 2] as $time) {
            Host::perform('remove_session_order', ['session_id' => 5]);
            self::assertSame('ada@example.com', self::all()[0][0], "what was there is not the new server's, asked $time times");
        }
        self::assertCount(2, \WC_Order::$kept);
    }

    public function testTheSameServerPairedAnewGoesOnWithItsSessions(): void
    {
        self::put(5, 7, 'cartbay-captured');
        self::put(6, 3, 'cartbay-captured');
        do_action('cartwright/paired');
        self::put(5, 7, 'cartbay-abandoned');
        self::assertCount(2, \WC_Order::$kept);
        self::assertSame('cartbay-captured', self::all()[0][1], 'not newer than what is there');
        self::put(5, 8, 'cartbay-recovered');
        self::assertSame(['cartbay-recovered', 'cartbay-captured'], array_column(self::all(), 1));
        Host::perform('remove_session_order', ['session_id' => 6]);
        self::assertSame('cartbay-recovered', self::only()['status'], 'erased there, it does not stay here');
        $this->paired()->next('aabbccddeeff0011', str_repeat('3', 32));
        \Cartwright\Link\Rotation::answer(['key' => 'aabbccddeeff0011', 'nonce' => str_repeat('3', 32)], '00112233445566aa');
        self::put(5, 9, 'cartbay-expired');
        self::assertSame('cartbay-expired', self::only()['status'], 'a rotated key changes nothing');
    }

    public function testWhatIsTakenAwayIsTheOtherServersAlone(): void
    {
        self::put(5, 1, 'cartbay-captured');
        do_action('cartwright/other_server');
        do_action('cartwright/paired');
        self::put(6, 1, 'cartbay-captured');
        do_action('cartwright/paired');
        self::put(7, 1, 'cartbay-captured');
        SessionOrders::takeFormerAway();
        $numbers = array_map(static fn (array $order): string => $order['meta']['_cartbay_session_id'], \WC_Order::$kept);
        self::assertSame(['6', '7'], array_values($numbers));
    }

    /**
     * Addresses and statuses of all orders.
     *
     * @return list<array{string, string}>
     */
    private static function all(): array
    {
        $shown = static fn (array $order): array => [$order['billing_email'], $order['status']];
        return array_values(array_map($shown, \WC_Order::$kept));
    }

    public function testAnotherServersSessionsAreOthers(): void
    {
        self::put(5, 7, 'cartbay-captured');
        do_action('cartwright/other_server');
        self::put(5, 1, 'cartbay-abandoned');
        self::assertCount(2, \WC_Order::$kept);
        SessionOrders::takeFormerAway();
        self::assertSame('cartbay-abandoned', self::only()['status']);
        self::assertFalse(get_option('cartwright_sessions_former'));
        SessionOrders::takeFormerAway();
        self::assertCount(1, \WC_Order::$kept);
        // What CartBay itself has written is not ours.
        \WC_Order::$kept[20] = ['status' => 'cartbay-captured', 'created_via' => 'cartbay', 'meta' => []] + self::only();
        SessionOrders::takeAllAway();
        self::assertSame([20], array_keys(\WC_Order::$kept));
    }
}
