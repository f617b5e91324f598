<?php

/**
 * @package Cartwright
 */

declare(strict_types=1);

namespace Cartwright\Tests;

use Cartwright\Hooks\Actions;
use Cartwright\Hooks\Filters;
use Cartwright\Installation;
use Cartwright\Link\Link;

final class HooksTest extends Stage
{
    protected function setUp(): void
    {
        parent::setUp();
        (new Filters())->register();
    }

    /**
     * @return array{id: string, name: string, arguments: list<mixed>}
     */
    private static function action(string $id, string $name, mixed ...$arguments): array
    {
        return ['id' => $id, 'name' => $name, 'arguments' => array_values($arguments)];
    }

    public function testAnActionIsDoneOnceInTheOrderTold(): void
    {
        $heard = [];
        add_action('oloyalty/member/enrolled', static function (array $member) use (&$heard): void {
            $heard[] = ['enrolled', $member['user_id']];
        });
        add_action('oloyalty/points/earned', static function (array $member, array $entry) use (&$heard): void {
            $heard[] = ['earned', $member['user_id'], $entry['points']];
        }, 10, 2);
        $body = ['actions' => [
            self::action('a', 'oloyalty/member/enrolled', ['id' => 1, 'user_id' => 7]),
            self::action('b', 'oloyalty/points/earned', ['id' => 1, 'user_id' => 7], ['points' => 50]),
        ]];
        self::assertSame(['done' => ['a', 'b']], Actions::answer($body));
        self::assertSame(['done' => ['a', 'b']], Actions::answer($body), 'a repeat is taken and not done again');
        self::assertSame([['enrolled', 7], ['earned', 7, 50]], $heard);
    }

    public function testWhatWasDoneIsRememberedForSixtyDays(): void
    {
        (new Actions())->register();
        $told = static fn (string $id): array => Actions::answer(['actions' => [self::action($id, 'ocart/bump/shown', [])]]);
        foreach (['old' => 61, 'young' => 59] as $id => $days) {
            $told($id);
            $at = time() - $days * DAY_IN_SECONDS;
            $GLOBALS['wpdb']->query("UPDATE wp_cartwright_done SET at = $at WHERE id = '$id'");
        }
        do_action(Installation::HOURLY);
        $kept = $GLOBALS['wpdb']->get_results('SELECT id FROM wp_cartwright_done');
        self::assertSame(['young'], array_column($kept, 'id'));
        $told('young');
        self::assertSame(2, count(array_keys(\WordPress::$done, 'ocart/bump/shown', true)), 'and is not done again');
    }

    public function testAListenersTroubleIsItsOwn(): void
    {
        $log = ini_set('error_log', '/dev/null');
        add_action('ocart/bump/shown', static function (): void {
            throw new \LogicException('broken');
        });
        $body = ['actions' => [self::action('a', 'ocart/bump/shown', []), self::action('b', 'ocart/bump/accepted', [])]];
        self::assertSame(['done' => ['a', 'b']], Actions::answer($body));
        ini_set('error_log', (string) $log);
        self::assertSame(['ocart/bump/shown', 'ocart/bump/accepted'], \WordPress::$done);
    }

    public function testNoOtherActionIsCalled(): void
    {
        self::assertSame(['done' => ['a']], Actions::answer(['actions' => [self::action('a', 'wp_delete_user', 1)]]));
        self::assertSame([], \WordPress::$done);
        $wrong = [[], ['actions' => 'x'], ['actions' => [['id' => '', 'arguments' => []]]], ['actions' => [['id' => 'a']]]];
        foreach ($wrong as $body) {
            self::assertSame('rest_invalid_param', self::refusedWith(static fn () => Actions::answer($body)));
        }
    }

    public function testOnlyHookedNamesAreTold(): void
    {
        self::assertSame([], Link::hooked());
        add_filter('oloyalty/earn/points', static fn (int $points): int => $points * 2);
        add_filter('the_content', static fn (string $text): string => $text);
        self::assertSame(['oloyalty/earn/points'], Link::hooked());
        self::assertSame(['oloyalty/earn/points'], Link::hello()['hooked']);
    }

    public function testAFilterChangesTheValueAndSeesWhatItIsAbout(): void
    {
        add_filter('oloyalty/earn/points', static fn (int $points, array $about): int => $points + $about['order_id'], 10, 2);
        $body = ['name' => 'oloyalty/earn/points', 'value' => 50, 'context' => ['order_id' => 12]];
        self::assertSame(['value' => 62], Filters::answer($body));
        self::assertSame(['value' => true], Filters::answer(['name' => 'oloyalty/earn/eligible', 'value' => true]));
    }

    /**
     * @dataProvider values
     */
    public function testWhatIsFilteredKeepsItsType(bool|int $value, mixed $filtered, bool|int $expected): void
    {
        $name = is_bool($value) ? 'oloyalty/earn/eligible' : 'oloyalty/earn/points';
        add_filter($name, static fn (): mixed => $filtered);
        self::assertSame(['value' => $expected], Filters::answer(['name' => $name, 'value' => $value]));
    }

    /**
     * @return list<array{bool|int, mixed, bool|int}>
     */
    public static function values(): array
    {
        return [
            [50, 75.9, 75],
            [50, '80', 80],
            [50, -3, -3],
            [50, 'many', 50],
            [50, null, 50],
            [50, [1], 50],
            [50, INF, 50],
            [50, 1.0e300, 50],
            [true, false, false],
            [true, 0, false],
            [false, 'yes', true],
            [true, null, true],
            [true, [], true],
        ];
    }

    public function testNoOtherFilterIsAsked(): void
    {
        foreach (['', 'the_content', null, 'cartwright/hooked'] as $name) {
            $asked = static fn () => Filters::answer(['name' => $name, 'value' => 1]);
            self::assertSame('rest_invalid_param', self::refusedWith($asked));
        }
        $asked = static fn () => Filters::answer(['name' => 'oloyalty/earn/points', 'value' => 'x']);
        self::assertSame('rest_invalid_param', self::refusedWith($asked));
    }
}
