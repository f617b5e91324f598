<?php

/**
 * @package Cartwright
 */

declare(strict_types=1);

namespace Cartwright\Host;

use Cartwright\Failure;

/** Amounts as the server writes them: exact decimals as text, money as whole minor units. */
final class Amount
{
    /** Currencies without minor units. */
    private const NO_DIGITS = [
        'BIF', 'CLP', 'DJF', 'GNF', 'ISK', 'JPY', 'KMF', 'KRW', 'PYG', 'RWF', 'UGX', 'VND', 'VUV', 'XAF', 'XOF', 'XPF',
    ];
    /** Currencies with thousandths. */
    private const THREE_DIGITS = ['BHD', 'IQD', 'JOD', 'KWD', 'LYD', 'OMR', 'TND'];
    /** Digits after the point that a decimal keeps. */
    private const SCALE = 8;

    /** Digits after the point of a currency. */
    public static function digits(string $currency): int
    {
        if (in_array($currency, self::NO_DIGITS, true)) {
            return 0;
        }
        return in_array($currency, self::THREE_DIGITS, true) ? 3 : 2;
    }

    /**
     * An exact decimal, such as `12.5`. WooCommerce keeps amounts as text and calculates them as floats; what is behind
     * the eighth digit is a float's noise.
     *
     * @param mixed $value
     */
    public static function decimal($value): string
    {
        if (is_int($value)) {
            return (string) $value;
        }
        $text = is_string($value) ? trim($value) : '';
        if (preg_match('/^(-?)0*(\d+)(?:\.(\d{1,8}))?$/D', $text, $found) !== 1) {
            $text = number_format(is_numeric($value) ? (float) $value : 0.0, self::SCALE, '.', '');
            preg_match('/^(-?)0*(\d+)(?:\.(\d{1,8}))?$/D', $text, $found);
        }
        $whole = ($found[2] ?? '') === '' ? '0' : $found[2];
        $fraction = rtrim($found[3] ?? '', '0');
        $number = $fraction === '' ? $whole : "$whole.$fraction";
        return ($found[1] ?? '') === '-' && $number !== '0' ? "-$number" : $number;
    }

    /**
     * Money of a currency, rounded to its minor unit, one half away from zero.
     *
     * @param mixed $value
     * @return array{minor: int, currency: string}
     */
    public static function money($value, string $currency): array
    {
        return ['minor' => self::minor($value, $currency), 'currency' => $currency];
    }

    /**
     * Minor units of a currency.
     *
     * @param mixed $value
     */
    public static function minor($value, string $currency): int
    {
        $decimal = self::decimal($value);
        $negative = str_starts_with($decimal, '-');
        [$whole, $fraction] = array_pad(explode('.', ltrim($decimal, '-'), 2), 2, '');
        $digits = self::digits($currency);
        $fraction = str_pad($fraction, self::SCALE, '0');
        $minor = (int) ($whole . substr($fraction, 0, $digits));
        if ((int) $fraction[$digits] >= 5) {
            $minor++;
        }
        return $negative ? -$minor : $minor;
    }

    /**
     * A decimal as a whole number of its so manieth digit after the point: 12.345 is 1234 at the second. What is behind is
     * cut off.
     *
     * @param mixed $value
     */
    public static function cut($value, int $digits): int
    {
        $decimal = self::decimal($value);
        [$whole, $fraction] = array_pad(explode('.', ltrim($decimal, '-'), 2), 2, '');
        $cut = (int) ($whole . substr(str_pad($fraction, $digits, '0'), 0, $digits));
        return str_starts_with($decimal, '-') ? -$cut : $cut;
    }

    /**
     * What decimals of zero or more come to, exactly.
     *
     * @param list<string> $values
     */
    public static function sum(array $values): string
    {
        $whole = 0;
        $rest = 0;
        foreach ($values as $value) {
            [$before, $behind] = array_pad(explode('.', self::decimal($value), 2), 2, '');
            $whole += (int) $before;
            $rest += (int) str_pad($behind, self::SCALE, '0');
        }
        $one = 10 ** self::SCALE;
        $behind = str_pad((string) ($rest % $one), self::SCALE, '0', STR_PAD_LEFT);
        return self::decimal($whole + intdiv($rest, $one) . '.' . $behind);
    }

    /** Minor units as a decimal: 1250 of USD is `12.50`. */
    public static function major(int $minor, string $currency): string
    {
        $digits = self::digits($currency);
        if ($digits === 0) {
            return (string) $minor;
        }
        $text = str_pad((string) abs($minor), $digits + 1, '0', STR_PAD_LEFT);
        return ($minor < 0 ? '-' : '') . substr($text, 0, -$digits) . '.' . substr($text, -$digits);
    }

    /**
     * Reads `{"minor": 1250, "currency": "USD"}` in the given currency, as a decimal.
     *
     * @param mixed $money
     */
    public static function read($money, string $field, string $currency): string
    {
        if (!is_array($money) || !is_int($money['minor'] ?? null) || !is_string($money['currency'] ?? null)) {
            throw Failure::invalid($field, 'Use {"minor": 1250, "currency": "USD"}.');
        }
        if ($money['currency'] !== $currency) {
            throw Failure::invalid($field, "Use the currency $currency.");
        }
        return self::major($money['minor'], $currency);
    }
}
