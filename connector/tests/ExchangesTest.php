<?php

/**
 * @package Cartwright
 */

declare(strict_types=1);

namespace Cartwright\Tests;

use Cartwright\Events\Queue;
use Cartwright\Events\Sender;
use Cartwright\Failure;
use Cartwright\Host\Amount;
use Cartwright\Host\Arguments;
use Cartwright\Host\Host;

/**
 * What was said between the server and a real WooCommerce, written down by the server's tests: this side still speaks so.
 */
final class ExchangesTest extends Stage
{
    private const FOLDER = __DIR__ . '/../../features/woocommerce/tests/conformance/exchanges/';

    /**
     * Calls of the server with their answers.
     *
     * @return list<array{route: string, said: array<mixed>, status: int, answered: array<mixed>}>
     */
    private static function calls(): array
    {
        $calls = [];
        foreach (glob(self::FOLDER . '*.json') ?: [] as $file) {
            foreach (json_decode((string) file_get_contents($file), true) as $step) {
                array_push($calls, ...(isset($step['route']) ? [$step] : $step['asked'] ?? []));
            }
        }
        // What was seen in the store itself is not said by the server.
        return array_values(array_filter($calls, static fn (array $call): bool => !str_starts_with($call['route'], 'wc/')));
    }

    public function testEveryOperationThatTheServerAsksForIsThere(): void
    {
        $calls = self::calls();
        self::assertGreaterThan(100, count($calls));
        $known = (new \ReflectionClassConstant(Host::class, 'OPERATIONS'))->getValue();
        foreach ($calls as $call) {
            self::assertMatchesRegularExpression('#^host/[a-z_]+$#', $call['route']);
            self::assertArrayHasKey(substr($call['route'], strlen('host/')), $known);
        }
        foreach ($known as [$class, $method]) {
            self::assertTrue(method_exists($class, $method), "$class::$method");
        }
    }

    public function testWhatTheServerSaysCanBeRead(): void
    {
        $reads = [
            'add_to_cart' => static fn (Arguments $said) => [$said->object('product')->id('variation_id'),
                $said->object('product')->pairs('variation')],
            'put_offer_line' => static fn (Arguments $said) => [$said->object('line')->amount('unit_price'),
                $said->object('line')->object('product')->number('quantity')],
            'place_order' => static fn (Arguments $said) => [$said->object('order')->text('key'),
                $said->object('order')->pairs('meta'), $said->object('order')->object('billing')->text('country', '')],
            'restore_cart' => static fn (Arguments $said) => array_map(
                static fn (Arguments $line): string => $line->amount('unit_price'),
                $said->objects('lines')
            ),
            'place_child_order' => static fn (Arguments $said) => [$said->object('child')->amount('unit_price'),
                $said->object('child')->id('parent_id'), $said->object('child')->pairs('meta')],
            'put_session_order' => static fn (Arguments $said) => [$said->object('session')->id('session_id'),
                $said->object('session')->number('version'), $said->object('session')->pairs('meta'),
                $said->object('session')->moment('created_at'), array_map(
                    static fn (Arguments $line): array => [$line->amount('total_tax'), $line->pairs('variation')],
                    $said->object('session')->objects('lines')
                )],
            'has_ordered_since' => static fn (Arguments $said) => [$said->moment('since')],
            'refund' => static fn (Arguments $said) => array_map(
                static fn (Arguments $line): array => [$line->id('item_id'), $line->amount('total')],
                $said->objects('lines')
            ),
        ];
        $read = [];
        foreach (self::calls() as $call) {
            $operation = substr($call['route'], strlen('host/'));
            if (isset($reads[$operation]) && $call['status'] === 200) {
                $reads[$operation](new Arguments($call['said']));
                $read[$operation] = true;
            }
        }
        ksort($read);
        ksort($reads);
        self::assertSame(array_keys($reads), array_keys($read), 'each of them was recorded');
    }

    public function testAmountsAreWrittenAsThey(): void
    {
        $seen = 0;
        $look = static function (array $values) use (&$look, &$seen): void {
            if (array_keys($values) === ['minor', 'currency']) {
                $major = Amount::major($values['minor'], $values['currency']);
                self::assertSame($values, Amount::money($major, $values['currency']));
                $seen++;
                return;
            }
            foreach ($values as $name => $value) {
                if (is_array($value)) {
                    $look($value);
                } elseif (in_array($name, ['subtotal', 'total', 'total_tax', 'unit_price', 'refunded_total', 'price'], true)) {
                    self::assertSame($value, Amount::decimal($value));
                    $seen++;
                }
            }
        };
        foreach (self::calls() as $call) {
            if ($call['status'] === 200) {
                $look($call['answered']);
            }
        }
        self::assertGreaterThan(1000, $seen);
    }

    public function testRefusalsAreWrittenAsThey(): void
    {
        $seen = 0;
        foreach (self::calls() as $call) {
            if ($call['status'] === 200) {
                continue;
            }
            $answer = $call['answered'];
            $more = array_diff_key($answer['data'], ['status' => 0]);
            $error = (new Failure($answer['code'], $answer['message'], $call['status'], $more))->forRest();
            $written = ['code' => $error->get_error_code(), 'message' => $error->get_error_message()];
            self::assertSame($answer['data']['status'], $call['status']);
            self::assertEquals($answer, $written + ['data' => $error->get_error_data()]);
            $seen++;
        }
        self::assertGreaterThan(3, $seen);
    }

    public function testAnnouncementsAreDeliveredAsThey(): void
    {
        $steps = json_decode((string) file_get_contents(self::FOLDER . 'announcements.json'), true);
        $events = [];
        foreach ($steps as $step) {
            foreach ($step['heard'] ?? [] as $delivery) {
                self::assertSame(['hooked', 'events'], array_keys($delivery));
                array_push($events, ...$delivery['events']);
            }
        }
        self::assertGreaterThan(5, count($events));
        $this->paired();
        $this->answering(static fn (string $route, array $body): array
            => [200, ['accepted' => array_column($body['events'], 'id')]]);
        $last = 0;
        foreach ($events as $event) {
            Queue::add($event['name'], $event['subject'], $event['order_id'], $event['data']);
            Sender::flush();
            $sent = end($this->received)['body']['events'];
            self::assertCount(1, $sent);
            self::assertSame(array_keys($event), array_keys($sent[0]));
            self::assertSame(array_diff_key($event, ['id' => 0, 'at' => 0]), array_diff_key($sent[0], ['id' => 0, 'at' => 0]));
            self::assertGreaterThan($last, $sent[0]['id']);
            $last = $sent[0]['id'];
        }
    }
}
