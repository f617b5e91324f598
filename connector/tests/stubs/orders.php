<?php

/**
 * WooCommerce's orders in the memory of one test, as far as the plugin's sessions need them.
 *
 * @package Cartwright
 */

declare(strict_types=1);

class WC_Order
{
    /** @var array<int, array<string, mixed>> what is in the database */
    public static array $kept = [];
    /** The last number that was given; none is given twice. */
    private static int $last = 100;
    /** @var list<array{int, string, string}> changes of status that were told */
    public static array $told = [];
    /** @var array<string, mixed> */
    protected array $data;
    /** @var array<string, mixed> */
    protected array $changes = [];
    /** @var mixed */
    protected $status_transition = false;

    public function __construct(private int $id = 0)
    {
        $blank = ['status' => 'pending', 'created_via' => '', 'billing_email' => '', 'total' => '0'];
        $blank += ['meta' => [], 'items' => [], 'refunds' => []];
        $this->data = (self::$kept[$id] ?? []) + $blank + ['currency' => 'USD', 'date_paid' => null];
    }

    /**
     * Getters and setters of what needs no rule.
     *
     * @param list<mixed> $arguments
     */
    public function __call(string $name, array $arguments): mixed
    {
        [$verb, $property] = explode('_', $name, 2);
        if ($verb === 'set') {
            $this->changes[$property] = $arguments[0];
            return null;
        }
        return $this->changes[$property] ?? $this->data[$property] ?? '';
    }

    public function get_id(): int
    {
        return $this->id;
    }

    public function get_type(): string
    {
        return 'shop_order';
    }

    /** @return array<string, mixed> */
    public function get_data(): array
    {
        return $this->data;
    }

    /** @return array<string, mixed> */
    public function get_changes(): array
    {
        return $this->changes;
    }

    /** @param string|list<string> $status */
    public function has_status(string|array $status): bool
    {
        return in_array($this->get_status(), (array) $status, true);
    }

    public function update_status(string $status, string $note = ''): bool
    {
        $this->set_status($status);
        return $this->save() > 0;
    }

    /** @return list<string> */
    public function get_coupon_codes(): array
    {
        return [];
    }

    public function get_date_created(): ?WC_DateTime
    {
        return $this->moment('date_created');
    }

    public function get_date_modified(): ?WC_DateTime
    {
        return $this->moment('date_modified');
    }

    public function get_date_paid(): ?WC_DateTime
    {
        return $this->moment('date_paid');
    }

    public function get_date_completed(): ?WC_DateTime
    {
        return $this->moment('date_completed');
    }

    public function get_item(int $id): ?WC_Order_Item_Product
    {
        return $this->data['items'][$id] ?? null;
    }

    public function get_qty_refunded_for_item(int $id): int
    {
        return 0;
    }

    public function get_data_store(): OrderDataStore
    {
        return new OrderDataStore();
    }

    private function moment(string $property): ?WC_DateTime
    {
        $at = $this->changes[$property] ?? $this->data[$property] ?? null;
        return $at === null ? null : new WC_DateTime("@$at");
    }

    public function set_status(string $status): void
    {
        $before = $this->get_status();
        if (!isset(wc_get_order_statuses()["wc-$status"]) && $status !== 'trash') {
            $status = 'pending';
        }
        $this->changes['status'] = $status;
        if ($before !== $status) {
            $this->status_transition = ['from' => $before, 'to' => $status];
        }
    }

    public function get_meta(string $name): mixed
    {
        return $this->data['meta'][$name] ?? '';
    }

    /** @return list<object> */
    public function get_meta_data(): array
    {
        $rows = [];
        foreach ($this->data['meta'] as $key => $value) {
            $rows[] = new class ($key, $value) {
                public function __construct(private string $key, private mixed $value)
                {
                }

                /** @return array<string, mixed> */
                public function get_data(): array
                {
                    return ['key' => $this->key, 'value' => $this->value];
                }
            };
        }
        return $rows;
    }

    public function update_meta_data(string $name, mixed $value): void
    {
        $this->data['meta'][$name] = $value;
    }

    public function save_meta_data(): void
    {
        self::$kept[$this->id]['meta'] = $this->data['meta'];
    }

    public function delete_meta_data(string $name): void
    {
        unset($this->data['meta'][$name]);
    }

    public function remove_order_items(string $kind): void
    {
        $this->data['items'] = [];
    }

    public function add_item(object $item): void
    {
        $this->data['items'][] = $item;
    }

    /** @return list<object> */
    public function get_items(): array
    {
        return $this->data['items'];
    }

    public function save(): int
    {
        do_action('woocommerce_before_order_object_save', $this);
        $isNew = $this->id === 0;
        $this->id = $isNew ? ++self::$last : $this->id;
        $this->data = $this->changes + $this->data;
        $this->changes = [];
        self::$kept[$this->id] = $this->data;
        if ($isNew) {
            do_action('woocommerce_new_order', $this->id, $this);
        }
        $this->status_transition();
        return $this->id;
    }

    public function delete(bool $force): bool
    {
        do_action('woocommerce_before_delete_order', $this->id, $this);
        unset(self::$kept[$this->id]);
        do_action('woocommerce_delete_order', $this->id);
        return true;
    }

    protected function status_transition(): void
    {
        $change = $this->status_transition;
        $this->status_transition = false;
        if ($change !== false) {
            self::$told[] = [$this->id, $change['from'], $change['to']];
            do_action('woocommerce_order_status_changed', $this->id, $change['from'], $change['to'], $this);
        }
    }
}

class WC_DateTime extends DateTime
{
}

/** Where WooCommerce keeps orders: what it was asked to do. */
final class OrderDataStore
{
    /** @var list<string> */
    public static array $done = [];

    public function release_held_coupons(WC_Order $order, bool $save): void
    {
        self::$done[] = 'coupons of ' . $order->get_id() . ($save ? '' : ', not saved');
    }
}

class WC_Order_Item_Product
{
    /** @var array<string, mixed> */
    public array $set = [];

    /** @param list<mixed> $arguments */
    public function __call(string $name, array $arguments): mixed
    {
        $property = substr($name, strlen('set_'));
        if (str_starts_with($name, 'set_')) {
            $this->set[$property] = $arguments[0];
        }
        return $this->set[$property] ?? '';
    }

    public function update_meta_data(string $name, mixed $value): void
    {
        $this->set['meta'][$name] = $value;
    }
}

final class WC_Order_Refund
{
    /** @param array<string, mixed> $given */
    public function __construct(public array $given)
    {
    }

    public function get_id(): int
    {
        return 900;
    }

    public function get_amount(): string
    {
        return $this->given['amount'];
    }

    public function get_currency(): string
    {
        return 'USD';
    }

    public function get_date_created(): ?WC_DateTime
    {
        return null;
    }

    public function update_meta_data(string $name, mixed $value): void
    {
        $this->given['meta'][$name] = $value;
    }
}

/** @param array<string, mixed> $given */
function wc_create_refund(array $given): WC_Order_Refund
{
    $refund = new WC_Order_Refund($given);
    do_action('woocommerce_create_refund', $refund);
    WC_Order::$kept[$given['order_id']]['refund'] = $refund->given;
    return $refund;
}

final class OrderWebhook
{
    public function get_resource(): string
    {
        return 'order';
    }
}

/** @return array<string, string> */
function wc_get_order_statuses(): array
{
    $own = ['wc-pending' => 'Pending', 'wc-processing' => 'Processing', 'wc-completed' => 'Completed', 'wc-failed' => 'Failed'];
    return apply_filters('wc_order_statuses', $own);
}

/**
 * @param array<string, mixed> $condition
 * @return array<string, string>
 */
function get_post_stati(array $condition = []): array
{
    $hidden = ['trash', 'auto-draft'];
    $all = [...array_keys(wc_get_order_statuses()), 'wc-active', 'wc-unlisted', 'publish', ...$hidden];
    $found = $condition === ['exclude_from_search' => true] ? [...$hidden, 'wc-unlisted'] : $all;
    return array_combine($found, $found);
}

function wc_get_order(int $id): WC_Order|false
{
    return isset(WC_Order::$kept[$id]) ? new WC_Order($id) : false;
}

/**
 * @param array<string, mixed> $query
 * @return list<int|WC_Order>
 */
function wc_get_orders(array $query): array
{
    $query = apply_filters('woocommerce_order_query_args', $query + ['status' => array_keys(wc_get_order_statuses())]);
    $modified = static fn (int $id): int => (int) (WC_Order::$kept[$id]['date_modified'] ?? 0);
    $found = [];
    foreach (WC_Order::$kept as $id => $order) {
        $status = in_array($order['status'], ['trash'], true) ? $order['status'] : 'wc-' . $order['status'];
        $key = $order['meta'][$query['meta_key'] ?? ''] ?? null;
        $fits = in_array($status, $query['status'], true)
            && (!isset($query['meta_key']) || $key === $query['meta_value'])
            && (!isset($query['created_via']) || $order['created_via'] === $query['created_via'])
            && (!isset($query['billing_email']) || $order['billing_email'] === $query['billing_email'])
            && (!isset($query['date_modified']) || $modified($id) >= (int) substr($query['date_modified'], 2));
        if ($fits) {
            $found[] = $id;
        }
    }
    if (($query['orderby'] ?? '') === 'modified ID') {
        usort($found, static fn (int $one, int $other): int => [$modified($one), $one] <=> [$modified($other), $other]);
    }
    $found = ($query['limit'] ?? -1) < 0 ? $found : array_slice($found, $query['offset'] ?? 0, $query['limit']);
    return ($query['return'] ?? '') === 'ids' ? $found : array_map(static fn (int $id): WC_Order => new WC_Order($id), $found);
}

function wc_release_stock_for_order(WC_Order $order): void
{
    OrderDataStore::$done[] = 'stock of ' . $order->get_id();
}

function wc_maybe_increase_stock_levels(int $id): void
{
    OrderDataStore::$done[] = "units of $id";
}

function wc_transaction_query(string $verb): void
{
}

function wp_cache_flush_runtime(): bool
{
    WordPress::$done[] = 'flushed with ' . count(WC_Order::$kept) . ' orders';
    return true;
}

function wp_cache_flush(): bool
{
    return true;
}

function get_post_type(int $id): string|false
{
    return match (true) {
        isset(WC_Order::$kept[$id]) => 'shop_order',
        $id >= 1 && $id < 50 => 'product',
        $id >= 50 && $id < 90 => 'product_variation',
        default => false,
    };
}

function sanitize_email(string $email): string
{
    return trim($email);
}

function is_email(string $email): string|false
{
    return filter_var($email, FILTER_VALIDATE_EMAIL);
}

/** @param array<string, mixed> $about */
function register_post_status(string $name, array $about): void
{
    WordPress::$options['status ' . $name] = $about;
}
