<?php

/**
 * @package Cartwright
 */

declare(strict_types=1);

namespace Cartwright\Hooks;

use Cartwright\Failure;
use Cartwright\Link\Endpoint;
use Cartwright\Module;

/**
 * The server's filters as filters of this WordPress: `add_filter('oloyalty/earn/points', …, 10, 2)`. The second argument
 * is what the filter may look at. Only those that something is hooked to are asked for, and the server waits no longer
 * than a third of a second.
 */
final class Filters implements Module
{
    /** Names that the server asks for. */
    public const NAMES = [
        'oloyalty/earn/eligible',
        'oloyalty/earn/points',
        'oloyalty/earn/campaign_multiplier',
        'oloyalty/tier/qualifies',
    ];

    public function register(): void
    {
        add_action('rest_api_init', [self::class, 'routes']);
        add_filter('cartwright/hooked', [self::class, 'hooked']);
    }

    /** Adds the route. */
    public static function routes(): void
    {
        Endpoint::signed('/filters', static fn (array $body): array => self::answer($body));
    }

    /**
     * @param mixed $names
     * @return list<string>
     */
    public static function hooked($names): array
    {
        $here = array_filter(self::NAMES, static fn (string $name): bool => has_filter($name) !== false);
        return array_values(array_unique(array_merge(is_array($names) ? $names : [], $here)));
    }

    /**
     * @param array<mixed> $body
     * @return array{value: bool|int}
     */
    public static function answer(array $body): array
    {
        $name = $body['name'] ?? null;
        if (!is_string($name) || !in_array($name, self::NAMES, true)) {
            throw Failure::invalid('name', 'There is no such filter.');
        }
        $value = $body['value'] ?? null;
        if (!is_bool($value) && !is_int($value)) {
            throw Failure::invalid('value', 'Give a whole number, or true or false.');
        }
        $context = is_array($body['context'] ?? null) ? $body['context'] : [];
        return ['value' => self::typed($value, apply_filters($name, $value, $context))];
    }

    /**
     * What was filtered, as what it was before: a number is cut down to a whole one. Anything else leaves it as it was.
     *
     * @param mixed $filtered
     */
    private static function typed(bool|int $value, $filtered): bool|int
    {
        if (is_bool($value)) {
            return is_scalar($filtered) ? (bool) $filtered : $value;
        }
        if (is_int($filtered)) {
            return $filtered;
        }
        $number = is_numeric($filtered) ? floor((float) $filtered) : NAN;
        return abs($number) < 9.0e15 ? (int) $number : $value;
    }
}
